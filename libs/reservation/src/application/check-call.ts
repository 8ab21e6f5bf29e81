import { priceOf, secondsBetween, MAX_BILLABLE_SECONDS, type Pence } from '@holdfast/kernel';
import { CALL_TERMS, organizationNotFound, WALLETS, type CallTerms, type Wallet } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import type { CreditReservation, ReservationStatus } from '../domain/credit-reservation';
import { extensionTarget, type ExtensionPolicy } from '../domain/extension-policy';
import { sizeSlice } from '../domain/hold-size';
import { RESERVATIONS } from './reservations.shelf';
import type { CallRef } from './call-ref';
import { reservationNotFound } from './release-reserved-credits';

export interface CheckCall extends CallRef {
  readonly orgId: string;
  /** Seconds talked so far, as somebody counted them; else they are counted from `startedAt`, else from the hold's birth. */
  readonly elapsedSeconds?: number;
  readonly startedAt?: Date | null;
  readonly ttlSeconds: number;
  readonly extension: ExtensionPolicy;
}

export interface CallChecked {
  readonly at: Date;
  readonly status: ReservationStatus;
  readonly prepaid: boolean;
  readonly elapsedSeconds: number;
  readonly grantedSeconds: number;
  readonly remainingSeconds: number;
  readonly reservedPence: Pence;
  /** What the call would cost if it ended now. */
  readonly accruedPence: Pence;
  readonly effectiveBalancePence: Pence;
  /** What this check added to the hold; 0 when it reached far enough or money was short. */
  readonly addedPence: Pence;
  /** Money was short for a whole slice: what is granted is the end, unless somebody tops up. */
  readonly lastSlice: boolean;
}

/**
 * A sign of life of a call: moves its expiry, and extends its hold when that comes near its end and the organisation's
 * policy and money allow it. A repeat extends no further.
 */
export function checkCall(request: CheckCall): Command<CallChecked> {
  const { orgId, callId } = request;
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(CALL_TERMS, orgId), want(RESERVATIONS, callId)],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      const terms = desk.on(CALL_TERMS).get(orgId);
      if (!wallet || !terms) return organizationNotFound();
      const reservation = desk.on(RESERVATIONS).find(callId);
      if (!reservation || reservation.state.orgId !== orgId) return reservationNotFound();

      const elapsedSeconds = elapsedOf(request, reservation, desk.now);
      const before = reservation.state.reservedPence;
      const lastSlice = reservation.isActive
        ? extendIfNear(request, wallet, terms, reservation, elapsedSeconds, desk.now)
        : true;
      reservation.renew(desk.now, request.ttlSeconds);

      const { status, prepaid, reservedPence, rateCard } = reservation.state;
      const grantedSeconds = reservation.grantedSeconds;
      return {
        at: desk.now,
        status,
        prepaid,
        elapsedSeconds,
        grantedSeconds,
        remainingSeconds: reservation.isActive ? Math.max(0, grantedSeconds - elapsedSeconds) : 0,
        reservedPence,
        accruedPence: priceOf(rateCard, elapsedSeconds).costPence,
        effectiveBalancePence: wallet.effectivePence,
        addedPence: reservedPence - before,
        lastSlice,
      };
    },
  };
}

function elapsedOf(request: CheckCall, reservation: CreditReservation, now: Date): number {
  const since = request.startedAt ?? reservation.state.createdAt;
  const elapsed = request.elapsedSeconds ?? secondsBetween(since, now);
  return Math.min(Math.max(0, elapsed), MAX_BILLABLE_SECONDS);
}

/** @returns whether the hold can grow no further now. */
function extendIfNear(
  request: CheckCall,
  wallet: Wallet,
  terms: CallTerms,
  reservation: CreditReservation,
  elapsedSeconds: number,
  now: Date,
): boolean {
  const { prepaid, rateCard, reservedPence, callId, vapiCallId, partial } = reservation.state;
  if (!prepaid) return false;
  if (terms.sharing === 'strict') return true; // the cap pushed to the provider is the hold: more could not be used
  const target = extensionTarget(elapsedSeconds, reservation.grantedSeconds, request.extension);
  if (target === null) return partial;
  const slice = sizeSlice(rateCard, reservedPence, target, wallet.spendablePence);
  if (slice === null) return true;
  const memo = {
    createdBy: request.createdBy,
    at: now,
    callId,
    vapiCallId,
    description: 'extension of a running call',
  };
  const refused = wallet.hold(slice.pence, memo);
  if (refused) return true;
  reservation.extend(slice.pence, slice.partial);
  return slice.partial;
}

import { priceOf, secondsBetween, MAX_BILLABLE_SECONDS, type Pence } from '@holdfast/kernel';
import {
  CALL_TERMS,
  organizationNotFound,
  WALLETS,
  type CallTerms,
  type SharingPolicy,
  type Wallet,
} from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import { CreditReservation, type ReservationState, type ReservationStatus } from '../domain/credit-reservation';
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

/** A call's hold, and the wallet behind it, as they were last committed. */
export interface HoldStanding {
  readonly reservation: ReservationState;
  readonly effectiveBalancePence: Pence;
  readonly sharing: SharingPolicy;
  /** Database time of the look. */
  readonly at: Date;
}

export interface CallChecked {
  readonly at: Date;
  readonly status: ReservationStatus;
  readonly prepaid: boolean;
  readonly elapsedSeconds: number;
  readonly grantedSeconds: number;
  readonly remainingSeconds: number;
  readonly reservedPence: Pence;
  /** What the call would cost if it ended now; once it is charged, what it did cost. */
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
    wants: [want(WALLETS, orgId), want(CALL_TERMS, orgId), want(RESERVATIONS, { callId, opening: false })],
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
      return answerOf(reservation, {
        at: desk.now,
        elapsedSeconds,
        effectiveBalancePence: wallet.effectivePence,
        addedPence: reservation.state.reservedPence - before,
        lastSlice,
      });
    },
  };
}

/**
 * The same check on what was last committed: its answer when there is nothing to write (the hold reaches far enough and
 * its expiry was moved moments ago), which is what most checks find; else null, and {@link checkCall} has to decide.
 */
export function checkWithoutChange(request: CheckCall, standing: HoldStanding): CallChecked | null {
  const reservation = CreditReservation.fetched(standing.reservation, 0);
  const { orgId, callId } = reservation.state;
  if (orgId !== request.orgId || callId !== request.callId) return null;
  const { at, effectiveBalancePence, sharing } = standing;
  const elapsedSeconds = elapsedOf(request, reservation, at);
  const lastSlice = reservation.isActive ? lastSliceAsHeld(request, sharing, reservation, elapsedSeconds) : true;
  if (lastSlice === null) return null;
  reservation.renew(at, request.ttlSeconds);
  if (reservation.changed) return null;
  return answerOf(reservation, { at, elapsedSeconds, effectiveBalancePence, addedPence: 0, lastSlice });
}

function answerOf(
  reservation: CreditReservation,
  seen: Pick<CallChecked, 'at' | 'elapsedSeconds' | 'effectiveBalancePence' | 'addedPence' | 'lastSlice'>,
): CallChecked {
  const { status, prepaid, reservedPence, rateCard, settlement } = reservation.state;
  const { at, elapsedSeconds, effectiveBalancePence, addedPence, lastSlice } = seen;
  const grantedSeconds = reservation.grantedSeconds;
  return {
    at,
    status,
    prepaid,
    elapsedSeconds,
    grantedSeconds,
    remainingSeconds: reservation.isActive ? Math.max(0, grantedSeconds - elapsedSeconds) : 0,
    reservedPence,
    accruedPence: settlement ? settlement.actualCostPence : priceOf(rateCard, elapsedSeconds).costPence,
    effectiveBalancePence,
    addedPence,
    lastSlice,
  };
}

function elapsedOf(request: CheckCall, reservation: CreditReservation, now: Date): number {
  const since = request.startedAt ?? reservation.state.createdAt;
  const elapsed = request.elapsedSeconds ?? secondsBetween(since, now);
  return Math.min(Math.max(0, elapsed), MAX_BILLABLE_SECONDS);
}

/** Whether the hold is the end of what the call can have, as far as that shows without extending it; null: extend it. */
function lastSliceAsHeld(
  request: CheckCall,
  sharing: SharingPolicy,
  reservation: CreditReservation,
  elapsedSeconds: number,
): boolean | null {
  const { prepaid, partial } = reservation.state;
  if (!prepaid) return false;
  if (sharing === 'strict') return true; // the cap pushed to the provider is the hold: more could not be used
  return extensionTarget(elapsedSeconds, reservation.grantedSeconds, request.extension) === null ? partial : null;
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
  const asHeld = lastSliceAsHeld(request, terms.sharing, reservation, elapsedSeconds);
  if (asHeld !== null) return asHeld;
  const { rateCard, reservedPence, callId, vapiCallId } = reservation.state;
  const target = extensionTarget(elapsedSeconds, reservation.grantedSeconds, request.extension) as number;
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

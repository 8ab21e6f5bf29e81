import { addSeconds, isRefusal, newId, Refusal, secondsFor, type Pence } from '@holdfast/kernel';
import {
  CALL_TERMS,
  organizationNotFound,
  WALLETS,
  type CallTerms,
  type SharingPolicy,
  type Wallet,
} from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import { CreditReservation, type ReservationStatus } from '../domain/credit-reservation';
import { sizeHold, type HoldSize } from '../domain/hold-size';
import { RESERVATIONS } from './reservations.shelf';
import type { CallRef } from './call-ref';

export interface ReserveCallCredits extends CallRef {
  readonly orgId: string;
  /** May be told by a repeat, when the hold names none yet. */
  readonly vapiCallId?: string | null;
  /** 1 … 720; the organisation's own when left out. */
  readonly estimatedMinutes?: number | null;
  /** It has not begun yet, so what a client charged under another id that names it was not this call. */
  readonly beginsNow?: boolean;
  readonly ttlSeconds: number;
}

export interface CallCreditsReserved {
  readonly reservationId: string;
  readonly callId: string;
  /** Under which call id it is held: another one, where this call is held already as the provider's call or for it. */
  readonly heldAs: string;
  readonly status: ReservationStatus;
  readonly reservedPence: Pence;
  readonly grantedSeconds: number;
  /** How long the call could last on its hold and everything else the wallet could still spend. */
  readonly payableSeconds: number;
  readonly sharing: SharingPolicy;
  readonly partial: boolean;
  /** The same organisation had reserved this call before; nothing was held again. */
  readonly duplicate: boolean;
  readonly balancePence: Pence;
  readonly effectiveBalancePence: Pence;
  readonly activeReservationsPence: Pence;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/**
 * Holds the price of the estimate, or of as many whole increments as the wallet can pay. Under the provider's own id nothing,
 * where a hold under another id names this very call: one call is paid by one hold.
 */
export function reserveCallCredits(request: ReserveCallCredits): Command<CallCreditsReserved> {
  const { orgId, callId } = request;
  const orNamedBy = request.vapiCallId === callId ? orgId : undefined;
  let own: string | null = null; // after a lost COMMIT this very command runs again: finding itself is no repeat
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(CALL_TERMS, orgId), want(RESERVATIONS, { callId, opening: true, orNamedBy })],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      const terms = desk.on(CALL_TERMS).get(orgId);
      if (!wallet || !terms) return organizationNotFound();
      const reservations = desk.on(RESERVATIONS);
      let earlier = reservations.find(callId);
      if (earlier && earlier.state.orgId !== orgId) return callIdConflict();
      if (orNamedBy && (!earlier || earlier.state.status === 'expired')) {
        const live = reservations.liveNamedAs(callId, orgId);
        earlier = live ?? (request.beginsNow ? undefined : reservations.payerOf(callId, orgId)) ?? earlier;
      }
      if (earlier) {
        // Held before the provider had an id for the call: its owner names it now.
        if (request.vapiCallId && earlier.isOpenToCall(undefined)) earlier.claimFor(request.vapiCallId);
        return { ...answerOf(earlier, wallet, terms, earlier.state.id !== own), callId };
      }
      const size = sizeOf(request, wallet, terms);
      if (isRefusal(size)) return size;
      const memo = {
        createdBy: request.createdBy,
        at: desk.now,
        callId,
        vapiCallId: request.vapiCallId,
        description: size.partial ? 'partial hold' : null,
      };
      const refused = wallet.hold(size.pence, memo);
      if (refused) return refused;

      wallet.countReservation(1);
      const reservation = CreditReservation.open({
        id: newId(desk.now.getTime()),
        orgId,
        callId,
        vapiCallId: request.vapiCallId,
        reservedPence: size.pence,
        estimatedMinutes: request.estimatedMinutes ?? terms.estimatedMinutes,
        rateCard: terms.rateCard,
        prepaid: terms.prepaidBilling,
        partial: size.partial,
        createdAt: desk.now,
        expiresAt: addSeconds(desk.now, request.ttlSeconds),
      });
      reservations.add(reservation);
      own = reservation.state.id;
      return answerOf(reservation, wallet, terms, false);
    },
  };
}

/** Call ids are unique over all tenants; whoever comes second learns only that. */
export function callIdConflict(): Refusal {
  return new Refusal('call_id_conflict', 'This call id is in use.');
}

function sizeOf(request: ReserveCallCredits, wallet: Wallet, terms: CallTerms): HoldSize | Refusal {
  const seconds = (request.estimatedMinutes ?? terms.estimatedMinutes) * 60;
  if (!terms.prepaidBilling) return { pence: 0, seconds, partial: false };
  const size = sizeHold(terms.rateCard, seconds, wallet.spendablePence);
  return size ?? wallet.cannotPay(sizeHold(terms.rateCard, 1, Number.MAX_SAFE_INTEGER)?.pence ?? 0);
}

export function answerOf(
  reservation: CreditReservation,
  wallet: Wallet,
  terms: CallTerms,
  duplicate: boolean,
): CallCreditsReserved {
  const { id, callId, status, reservedPence, partial, prepaid, rateCard, createdAt, expiresAt } = reservation.state;
  const payableSeconds = secondsFor(rateCard, reservedPence + wallet.spendablePence);
  return {
    reservationId: id,
    callId,
    heldAs: callId,
    status,
    reservedPence,
    grantedSeconds: reservation.grantedSeconds,
    payableSeconds: prepaid ? payableSeconds : reservation.grantedSeconds,
    sharing: terms.sharing,
    partial,
    duplicate,
    balancePence: wallet.state.balancePence,
    effectiveBalancePence: wallet.effectivePence,
    activeReservationsPence: wallet.state.heldPence,
    createdAt,
    expiresAt,
  };
}

import { newId, priceOf, Refusal, type Pence, type RateCard } from '@holdfast/kernel';
import {
  Arrears,
  ARREARS,
  CALL_TERMS,
  organizationNotFound,
  WALLETS,
  type CallTerms,
  type Wallet,
} from '@holdfast/ledger';
import { want, type Command, type Desk } from '@holdfast/platform';
import { idsOfTheCallItself } from '../domain/call-id-of-its-own';
import { paysOrPaid } from '../domain/hold-of-a-call';
import { CreditReservation, type ReservationStatus, type Settlement } from '../domain/credit-reservation';
import { RESERVATIONS, type ReservationsByCall } from './reservations.shelf';
import type { CallRef } from './call-ref';
import { callIdConflict } from './reserve-call-credits';

export interface CommitReservedCredits extends CallRef {
  readonly orgId: string;
  readonly vapiCallId?: string | null;
  /** 0 … 2 592 000, fractions allowed. */
  readonly actualDurationSeconds: number;
  /** The provider itself says that this call was talked: it is charged, though its hold was given back. */
  readonly provenByProvider?: boolean;
  /** What holds nothing is refused (`no_active_reservation`), neither billed directly nor late: see `orPaidFor`. */
  readonly onlyIfHeld?: boolean;
  /** The provider's call: what holds nothing is paid by the hold that pays for that one. Always decided under locks. */
  readonly orPaidFor?: string;
}

export interface ReservedCreditsCommitted extends Settlement {
  /** Under which the hold that paid stands. */
  readonly callId: string;
  /** The provider's call that it pays for. */
  readonly vapiCallId: string | null;
  /** This call had been settled before: the first answer, nothing was charged again. */
  readonly duplicate: boolean;
}

/**
 * Charges what a call really cost and releases the rest of its hold. Never capped at the hold; after expiry charged in
 * full (`late`); with no reservation at all billed directly. The first duration wins, another one is recorded.
 */
export function commitReservedCredits(request: CommitReservedCredits): Command<ReservedCreditsCommitted> {
  const { orgId, callId, actualDurationSeconds, onlyIfHeld, orPaidFor } = request;
  let own: string | null = null; // after a lost COMMIT this very command runs again: finding itself is no repeat
  return {
    key: orgId,
    wants: [
      want(WALLETS, orgId),
      want(CALL_TERMS, orgId),
      want(RESERVATIONS, { callId, opening: false }),
      ...(orPaidFor === undefined ? [] : idsOfTheCallItself(orPaidFor, orgId)).map((id) =>
        want(RESERVATIONS, { callId: id, opening: false, orNamedBy: orgId }),
      ),
      want(ARREARS, { orgId, collect: false }),
    ],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      const terms = desk.on(CALL_TERMS).get(orgId);
      if (!wallet || !terms) return organizationNotFound();
      const reservation = payerOf(request, desk.on(RESERVATIONS));
      if (!reservation) {
        if (onlyIfHeld) return noActiveReservation();
        const billed = billDirectly(request, wallet, terms, desk);
        own = billed.transactionId;
        return billed;
      }
      if (reservation.state.orgId !== orgId) return callIdConflict();
      const { callId: heldAs, vapiCallId, settlement: earlier } = reservation.state;
      if (earlier) {
        if (earlier.actualDurationSeconds !== actualDurationSeconds)
          reservation.recordDiscrepancy(actualDurationSeconds);
        return {
          callId: heldAs,
          vapiCallId,
          duplicate: earlier.transactionId === null || earlier.transactionId !== own,
          ...earlier,
        };
      }
      if (onlyIfHeld && !reservation.isActive) return noActiveReservation();
      if (reservation.state.status === 'released' && !request.provenByProvider) return noActiveReservation();

      const settlement = settle(request, reservation, wallet, desk);
      own = settlement.transactionId;
      return { callId: heldAs, vapiCallId, duplicate: false, ...settlement };
    },
  };
}

/** A call that holds nothing under its own id, or no more, may be one that is paid, or was, under another. */
function payerOf(
  { orgId, callId, orPaidFor, provenByProvider }: CommitReservedCredits,
  reservations: ReservationsByCall,
): CreditReservation | undefined {
  const own = reservations.find(callId);
  if (orPaidFor === undefined || (own && (paysOrPaid(own.state) || own.state.orgId !== orgId))) return own;
  // That one hold names the same call as another is a client's word, and shares nothing.
  if (own && callId !== orPaidFor && !provenByProvider)
    return reservations.ofTheCallItself(orPaidFor, orgId).find(({ state }) => paysOrPaid(state)) ?? own;
  return reservations.payerOf(orPaidFor, orgId) ?? own ?? reservations.namedAs(orPaidFor, orgId);
}

/** The call is not known to hold anything, and whose it is cannot be told either. */
export function noActiveReservation(): Refusal {
  return new Refusal('no_active_reservation', 'There is no active reservation for this call.', {
    fallbackToDirectBilling: true,
  });
}

function billDirectly(
  request: CommitReservedCredits,
  wallet: Wallet,
  terms: CallTerms,
  desk: Desk,
): ReservedCreditsCommitted {
  const reservation = CreditReservation.open({
    id: newId(desk.now.getTime()),
    orgId: request.orgId,
    callId: request.callId,
    vapiCallId: request.vapiCallId,
    estimatedMinutes: terms.estimatedMinutes,
    rateCard: terms.rateCard,
    prepaid: terms.prepaidBilling,
    createdAt: desk.now,
  });
  wallet.countReservation(1);
  desk.on(RESERVATIONS).add(reservation);
  const settlement = settle(request, reservation, wallet, desk);
  return { callId: request.callId, vapiCallId: reservation.state.vapiCallId, duplicate: false, ...settlement };
}

function settle(
  request: CommitReservedCredits,
  reservation: CreditReservation,
  wallet: Wallet,
  desk: Desk,
): Settlement {
  const { rateCard, reservedPence, callId } = reservation.state;
  const late = !reservation.isActive;
  const holdPence = late ? 0 : reservedPence;
  const price = priceOf(rateCard, request.actualDurationSeconds);
  const balanceBeforePence = wallet.state.balancePence;
  const vapiCallId = reservation.state.vapiCallId ?? request.vapiCallId;
  const memo = { createdBy: request.createdBy, at: desk.now, callId, vapiCallId };

  const { entry, chargedPence, uncollectedPence } = wallet.capture(price.costPence, holdPence, {
    description: describe(rateCard, price.billedSeconds, reservation.state.status),
    ...memo,
  });
  const releasedPence = Math.max(holdPence - chargedPence, 0);
  wallet.releaseHold(releasedPence, memo);
  if (reservation.isActive) wallet.countReservation(-1);
  if (uncollectedPence > 0) oweArrears(desk, reservation, uncollectedPence, vapiCallId ?? null);

  const settlement: Settlement = {
    transactionId: entry?.id ?? null,
    status: request.actualDurationSeconds > 0 ? 'committed' : 'released',
    reservedPence,
    actualCostPence: price.costPence,
    chargedPence,
    releasedPence,
    uncollectedPence,
    billedSeconds: price.billedSeconds,
    actualDurationSeconds: request.actualDurationSeconds,
    balanceBeforePence,
    balanceAfterPence: wallet.state.balancePence,
    effectiveBalancePence: wallet.effectivePence,
    late,
  };
  reservation.settle(settlement, desk.now);
  return settlement;
}

function oweArrears(desk: Desk, reservation: CreditReservation, pence: Pence, vapiCallId: string | null): void {
  const { orgId, callId } = reservation.state;
  desk.on(ARREARS).arise(new Arrears(newId(desk.now.getTime()), orgId, callId, vapiCallId, pence, 0, desk.now));
}

const LATE: Partial<Record<ReservationStatus, string>> = {
  expired: ', reported after the hold had expired',
  released: ', reported after the hold had been released',
};

function describe(card: RateCard, billedSeconds: number, status: ReservationStatus): string {
  return `${billedSeconds} s on rate card version ${card.version}${LATE[status] ?? ''}`;
}

import { newId } from '@holdfast/kernel';
import { CALL_TERMS, organizationNotFound, WALLETS, type Wallet } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import { idsOfTheCallItself } from '../domain/call-id-of-its-own';
import { CreditReservation } from '../domain/credit-reservation';
import { RESERVATIONS } from './reservations.shelf';
import {
  answerOf,
  reserveCallCredits,
  type CallCreditsReserved,
  type ReserveCallCredits,
} from './reserve-call-credits';

type ReserveForCall = ReserveCallCredits & { readonly vapiCallId: string };

/**
 * A client reserves under an id of its own for a call of the provider. If that is held already under the provider's id (its
 * gate or a message of it came first), nothing more is held, for one call is paid by one hold: the client's id is written down
 * as another name, a reservation of nothing that is closed at birth and names the call that pays (`Reservations.payerOf`). What
 * it held before it knew the provider's id is given back, and becomes another name too.
 */
export function reserveUnderAnotherName(request: ReserveForCall): Command<CallCreditsReserved> {
  const { orgId, callId, vapiCallId } = request;
  const onItsOwn = reserveCallCredits(request);
  return {
    key: orgId,
    wants: [
      ...onItsOwn.wants,
      ...idsOfTheCallItself(vapiCallId, orgId).map((id) => want(RESERVATIONS, { callId: id, opening: false })),
    ],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      const terms = desk.on(CALL_TERMS).get(orgId);
      if (!wallet || !terms) return organizationNotFound();
      const reservations = desk.on(RESERVATIONS);
      const payer = reservations.ofTheCallItself(vapiCallId, orgId).find(({ state }) => state.status !== 'expired');
      const named = reservations.find(callId);
      if (!payer || payer === named || (named && !mayName(named, payer, request))) return onItsOwn.decide(desk);
      if (!named) {
        reservations.add(
          CreditReservation.open({
            id: newId(desk.now.getTime()),
            orgId,
            callId,
            vapiCallId,
            estimatedMinutes: request.estimatedMinutes ?? terms.estimatedMinutes,
            rateCard: terms.rateCard,
            prepaid: terms.prepaidBilling,
            createdAt: desk.now,
            closedAt: desk.now,
          }),
        );
      } else if (named.isActive) {
        giveBack(named, wallet, request, desk.now);
      }
      return { ...answerOf(payer, wallet, terms, true), callId };
    },
  };
}

/** Whether it is nothing but another name, or a hold that is not needed beside the payer. */
function mayName(named: CreditReservation, payer: CreditReservation, { orgId, vapiCallId }: ReserveForCall): boolean {
  const { state } = named;
  if (state.orgId !== orgId || (state.vapiCallId ?? vapiCallId) !== vapiCallId || state.settlement !== null)
    return false;
  if (state.status === 'released') return state.vapiCallId === vapiCallId;
  return named.isActive && (payer.isActive || payer.state.status === 'committed');
}

export function giveBack(
  named: CreditReservation,
  wallet: Wallet,
  { createdBy, vapiCallId }: Pick<ReserveForCall, 'createdBy' | 'vapiCallId'>,
  at: Date,
): void {
  const { callId, reservedPence } = named.state;
  wallet.releaseHold(reservedPence, { createdBy, at, callId, vapiCallId, description: 'its call is held already' });
  wallet.countReservation(-1);
  if (named.state.vapiCallId === null) named.claimFor(vapiCallId);
  named.close('released', at);
}

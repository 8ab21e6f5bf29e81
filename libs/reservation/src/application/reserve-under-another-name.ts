import { newId } from '@holdfast/kernel';
import { CALL_TERMS, organizationNotFound, WALLETS, type Wallet } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import { CreditReservation } from '../domain/credit-reservation';
import { RESERVATIONS } from './reservations.shelf';
import {
  answerOf,
  reserveCallCredits,
  type CallCreditsReserved,
  type ReserveCallCredits,
} from './reserve-call-credits';

interface NamedMemo {
  readonly createdBy: string;
  readonly at: Date;
  readonly callId: string;
  readonly vapiCallId: string;
}

/**
 * A client reserves under an id of its own for a call of the provider that is held already under the provider's id: its gate
 * asked first. One call is paid by one hold, so nothing more is held: the second id is written down as another name, a
 * reservation of nothing that is closed at birth and names the call that pays (`Reservations.payerOf`). Whoever had reserved
 * under it before the provider had an id gets that hold back.
 */
export function reserveUnderAnotherName(
  request: ReserveCallCredits & { readonly vapiCallId: string },
): Command<CallCreditsReserved> {
  const { orgId, callId, vapiCallId } = request;
  const onItsOwn = reserveCallCredits(request);
  return {
    key: orgId,
    wants: [...onItsOwn.wants, want(RESERVATIONS, { callId: vapiCallId, opening: false })],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      const terms = desk.on(CALL_TERMS).get(orgId);
      if (!wallet || !terms) return organizationNotFound();
      const reservations = desk.on(RESERVATIONS);
      const payer = reservations.find(vapiCallId);
      const named = reservations.find(callId);
      if (payer?.state.orgId !== orgId) return onItsOwn.decide(desk);
      if (named && isHeldForNoCallYet(named, orgId)) {
        giveBack(named, wallet, { createdBy: request.createdBy, at: desk.now, callId, vapiCallId });
      } else if (named && !isAnotherName(named, orgId, vapiCallId)) {
        return onItsOwn.decide(desk);
      }
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
      }
      return { ...answerOf(payer, wallet, terms, true), callId };
    },
  };
}

function isHeldForNoCallYet({ state, isActive }: CreditReservation, orgId: string): boolean {
  return state.orgId === orgId && isActive && state.vapiCallId === null;
}

function isAnotherName({ state }: CreditReservation, orgId: string, vapiCallId: string): boolean {
  const { status, settlement } = state;
  return state.orgId === orgId && state.vapiCallId === vapiCallId && status === 'released' && settlement === null;
}

function giveBack(named: CreditReservation, wallet: Wallet, memo: NamedMemo): void {
  const description = 'the call is held under the id of its provider';
  wallet.releaseHold(named.state.reservedPence, { ...memo, description });
  wallet.countReservation(-1);
  named.claimFor(memo.vapiCallId);
  named.close('released', memo.at);
}

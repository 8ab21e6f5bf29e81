import { organizationNotFound, WALLETS } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import { idsOfTheCallItself } from '../domain/call-id-of-its-own';
import { paysOrPaid } from '../domain/hold-of-a-call';
import { noActiveReservation } from './commit-reserved-credits';
import { reservationNotFound } from './release-reserved-credits';
import { giveBack } from './reserve-under-another-name';
import { RESERVATIONS } from './reservations.shelf';
import { callIdConflict } from './reserve-call-credits';
import type { CallRef } from './call-ref';

export interface ClaimHold extends CallRef {
  readonly orgId: string;
  readonly vapiCallId: string;
  /** When the provider's call began; null when nobody knows. */
  readonly startedAt: Date | null;
}

export interface HoldClaimed {
  /** Under which the hold that pays stands: the provider's own, where that was held first. */
  readonly callId: string;
  readonly duplicate: boolean;
}

/**
 * Ties a hold to the provider's call that names it. The first call has it, for ever: whoever names it second, with the same
 * signed words, is refused. No money moves, unless that call is held under its own id already: one call is paid by one hold.
 */
export function claimHold({ orgId, callId, vapiCallId, startedAt, createdBy }: ClaimHold): Command<HoldClaimed> {
  return {
    key: orgId,
    wants: [
      want(WALLETS, orgId),
      ...[callId, ...idsOfTheCallItself(vapiCallId, orgId)].map((id) =>
        want(RESERVATIONS, { callId: id, opening: false }),
      ),
    ],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      if (!wallet) return organizationNotFound();
      const reservation = desk.on(RESERVATIONS).find(callId);
      if (!reservation || reservation.state.orgId !== orgId) return reservationNotFound();
      const claimedBy = reservation.state.vapiCallId;
      if (claimedBy === vapiCallId) return { callId, duplicate: true };
      if (claimedBy !== null) return callIdConflict();
      // Expired, it pays no more; but it is this call's name from now on, and whoever commits by it means this call.
      const expired = reservation.state.status === 'expired';
      if (!expired && !reservation.isOpenToCall(startedAt)) return noActiveReservation();
      // Its client was first by the provider's id: that hold pays, and this one is another name of it.
      const payer = desk
        .on(RESERVATIONS)
        .ofTheCallItself(vapiCallId, orgId)
        .find(({ state }) => paysOrPaid(state));
      if (payer && payer !== reservation && reservation.isActive) {
        giveBack(reservation, wallet, { createdBy, vapiCallId }, desk.now);
        return { callId: payer.state.callId, duplicate: false };
      }
      reservation.claimFor(vapiCallId);
      return { callId, duplicate: false };
    },
  };
}

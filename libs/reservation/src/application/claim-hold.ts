import { organizationNotFound, WALLETS } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import { noActiveReservation } from './commit-reserved-credits';
import { reservationNotFound } from './release-reserved-credits';
import { RESERVATIONS } from './reservations.shelf';
import { callIdConflict } from './reserve-call-credits';

export interface ClaimHold {
  readonly orgId: string;
  /** The id the hold was reserved under. */
  readonly callId: string;
  readonly vapiCallId: string;
  /** When the provider's call began; null when nobody knows. */
  readonly startedAt: Date | null;
}

export interface HoldClaimed {
  readonly callId: string;
  readonly duplicate: boolean;
}

/**
 * Ties a hold to the provider's call that names it. The first call has it, for ever: whoever names it second, with the same
 * signed words, is refused. No money moves.
 */
export function claimHold({ orgId, callId, vapiCallId, startedAt }: ClaimHold): Command<HoldClaimed> {
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(RESERVATIONS, { callId, opening: false })],
    decide(desk) {
      if (!desk.on(WALLETS).get(orgId)) return organizationNotFound();
      const reservation = desk.on(RESERVATIONS).find(callId);
      if (!reservation || reservation.state.orgId !== orgId) return reservationNotFound();
      const claimedBy = reservation.state.vapiCallId;
      if (claimedBy === vapiCallId) return { callId, duplicate: true };
      if (claimedBy !== null) return callIdConflict();
      if (!reservation.isOpenToCall(startedAt)) return noActiveReservation();
      reservation.claimFor(vapiCallId);
      return { callId, duplicate: false };
    },
  };
}

import { Refusal, type Pence } from '@holdfast/kernel';
import { organizationNotFound, WALLETS } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import { RESERVATIONS } from './reservations.shelf';
import type { CallRef } from './call-ref';

export interface ReleaseReservedCredits extends CallRef {
  readonly orgId: string;
  readonly reason?: string | null;
}

export interface ReservedCreditsReleased {
  readonly callId: string;
  readonly status: 'released';
  readonly releasedPence: Pence;
  readonly duplicate: boolean;
}

/** Gives a hold back without a charge: the call never connected. Twice is a repeat, also after expiry. */
export function releaseReservedCredits(request: ReleaseReservedCredits): Command<ReservedCreditsReleased> {
  const { orgId, callId } = request;
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(RESERVATIONS, { callId, opening: false })],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      if (!wallet) return organizationNotFound();
      const reservation = desk.on(RESERVATIONS).find(callId);
      if (!reservation || reservation.state.orgId !== orgId) return reservationNotFound();
      const { status, reservedPence, vapiCallId } = reservation.state;
      if (status === 'committed') return new Refusal('already_committed', 'This call has been charged already.');
      if (status !== 'active') return { callId, status: 'released', releasedPence: reservedPence, duplicate: true };

      wallet.releaseHold(reservedPence, {
        createdBy: request.createdBy,
        at: desk.now,
        callId,
        vapiCallId,
        description: request.reason,
      });
      wallet.countReservation(-1);
      reservation.close('released', desk.now);
      return { callId, status: 'released', releasedPence: reservedPence, duplicate: false };
    },
  };
}

/** The same words for a call that was never reserved and for another tenant's. */
export function reservationNotFound(): Refusal {
  return new Refusal('reservation_not_found', 'There is no reservation for this call.');
}

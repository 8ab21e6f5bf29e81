import { organizationNotFound, WALLETS } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import { RESERVATIONS } from './reservations.shelf';
import { commitReservedCredits } from './commit-reserved-credits';
import type { LivenessVerdict } from './call-liveness.port';

export type ExpiryOutcome = 'expired' | 'renewed' | 'committed' | 'kept';

export interface ExpireReservation {
  readonly orgId: string;
  readonly callId: string;
  readonly verdict: LivenessVerdict;
  readonly ttlSeconds: number;
}

const SWEEP = 'system:expiry';

/**
 * What becomes of a hold whose time has run out, given what the provider says of its call. Judged again under the
 * lock: whoever renewed, charged or released it meanwhile has won, and it is left alone (`kept`).
 */
export function expireReservation({ orgId, callId, verdict, ttlSeconds }: ExpireReservation): Command<ExpiryOutcome> {
  const commit =
    verdict.kind === 'ended'
      ? commitReservedCredits({ orgId, callId, actualDurationSeconds: verdict.seconds, createdBy: SWEEP })
      : null;
  return {
    key: orgId,
    underLocks: true,
    wants: commit?.wants ?? [want(WALLETS, orgId), want(RESERVATIONS, { callId, opening: false })],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      if (!wallet) return organizationNotFound();
      const reservation = desk.on(RESERVATIONS).find(callId);
      if (!reservation?.isActive || reservation.state.expiresAt > desk.now) return 'kept';
      if (commit) {
        commit.decide(desk);
        return 'committed';
      }
      if (verdict.kind === 'live') {
        reservation.renew(desk.now, ttlSeconds);
        return 'renewed';
      }
      if (verdict.kind === 'keep') {
        reservation.renew(desk.now, verdict.askAgainInSeconds);
        return 'kept';
      }
      const { reservedPence, vapiCallId } = reservation.state;
      wallet.releaseHold(reservedPence, {
        createdBy: SWEEP,
        at: desk.now,
        callId,
        vapiCallId,
        description: 'no sign of life until the hold expired',
      });
      wallet.countReservation(-1);
      reservation.close('expired', desk.now);
      return 'expired';
    },
  };
}

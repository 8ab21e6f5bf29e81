import { BOREALIS, CALLS } from '../cast';
import type { Committed, Reservation, Swept } from '../engine-answers';
import { pounds } from '../money';
import type { Scene } from '../stage';
import { TTL_SECONDS } from '../temporary-engine';

/** Calls that no provider tells about: a client reserves and commits by itself. */
export const callsOfAnotherClient: Scene = async ({ engine, clock, tell }) => {
  const reserve = (callId: string, estimatedMinutes: number) =>
    engine.post<Reservation>('/api/billing/reserve-credits', { callId, estimatedMinutes }, { player: BOREALIS });
  const commit = (callId: string, actualDurationSeconds: number) =>
    engine.post<Committed>('/api/billing/commit-credits', { callId, actualDurationSeconds }, { player: BOREALIS });
  tell.scene('Two calls of a client that reserves and commits by itself');

  const e = await reserve(CALLS['call E'], 5);
  const beyond = (await commit(CALLS['call E'], 355.2)).body;
  tell.says(
    `Call E: ${pounds(e.body.reservedPence)} held, then 355.2 s are committed. ${pounds(beyond.chargedPence)} charged: ` +
      `${pounds(beyond.reservedPence)} from the hold, ${pounds(beyond.chargedPence - beyond.reservedPence)} from the balance.`,
  );
  tell.expects('charge of call E', beyond.chargedPence, 336);

  const f = await reserve(CALLS['call F'], 1);
  tell.says(`Call F: ${pounds(f.body.reservedPence)} held, then silence.`);
  const expiresAt = new Date(f.body.expiresAt);
  await clock.until('the expiry of call F', () => Promise.resolve(clock.now() > expiresAt ? true : null));
  const swept = (await engine.post<Swept>('/api/admin/reservations/cleanup', {})).body;
  tell.says(
    `${TTL_SECONDS / 60} minutes later (30 in life) the sweep finds ${swept.expired} abandoned hold and gives it back.`,
  );
  tell.expects('holds expired by the sweep', swept.expired, 1);

  const late = (await commit(CALLS['call F'], 50)).body;
  tell.says(`Then it is committed after all: 50 s, ${pounds(late.chargedPence)} charged in full and flagged as late.`);
  tell.expects('call F is late', [late.late, late.chargedPence], [true, 56]);
  tell.expects('balance of Borealis', (await engine.wallet(BOREALIS)).balancePence, 440);
};

import { randomUUID } from 'node:crypto';
import type { EngineClient } from './engine.client';
import { allAtOnce, countWith, times, type ScenarioResult } from './scenario';

const RESERVATIONS = 50;
const BALANCE_PENCE = 100_000;
/** Five minutes at 56p. */
const HOLD_PENCE = 280;

/** Fifty reservations of one call, with money for all of them. */
export async function oneCall(engine: EngineClient): Promise<ScenarioResult> {
  const orgId = await engine.openWallet('one call', BALANCE_PENCE);
  const callId = `load-test-${randomUUID()}`;
  const { answers, tookMs } = await allAtOnce(times(RESERVATIONS, () => () => engine.reserve(orgId, callId)));
  const wallet = await engine.wallet(orgId);
  await engine.release(orgId, callId);
  const after = await engine.wallet(orgId);
  return {
    name: `${RESERVATIONS} reservations of one call`,
    answers,
    tookMs,
    expectations: [
      { what: 'reservation made', expected: 1, found: countWith(answers, 201) },
      { what: 'repeats answered with a reservation', expected: RESERVATIONS - 1, found: countWith(answers, 200) },
      {
        what: 'reservation id given',
        expected: 1,
        found: new Set(answers.map(({ body }) => body.reservationId)).size,
      },
      { what: 'pence held', expected: HOLD_PENCE, found: wallet.heldPence },
      { what: 'pence held after the release', expected: 0, found: after.heldPence },
    ],
  };
}

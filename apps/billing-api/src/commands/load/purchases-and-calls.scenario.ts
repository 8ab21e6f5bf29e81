import { randomUUID } from 'node:crypto';
import type { EngineClient } from './engine.client';
import { allAtOnce, countWith, times, type ScenarioResult } from './scenario';

const EACH = 50;
/** Of a purchase, and of five minutes at 56p: so each success takes the same from the wallet. */
const EACH_PENCE = 280;
const AFFORDABLE = 10;

/** Purchases and reservations race on one wallet that can pay for ten of them. */
export async function purchasesAndCalls(engine: EngineClient): Promise<ScenarioResult> {
  const orgId = await engine.openWallet('purchases and calls', AFFORDABLE * EACH_PENCE);
  const callIds = times(EACH, () => `load-test-${randomUUID()}`);
  const requests = callIds.flatMap((callId) => [
    () => engine.buy(orgId, EACH_PENCE),
    () => engine.reserve(orgId, callId),
  ]);
  const { answers, tookMs } = await allAtOnce(requests);
  const wallet = await engine.wallet(orgId);
  const bought = countWith(
    answers.filter((_, i) => i % 2 === 0),
    201,
  );
  const reserved = countWith(
    answers.filter((_, i) => i % 2 === 1),
    201,
  );
  await allAtOnce(callIds.map((callId) => () => engine.release(orgId, callId)));
  const after = await engine.wallet(orgId);
  return {
    name: `${EACH} purchases racing ${EACH} reservations`,
    answers,
    tookMs,
    expectations: [
      {
        what: `succeeded (${bought} purchases, ${reserved} reservations)`,
        expected: AFFORDABLE,
        found: bought + reserved,
      },
      {
        what: 'refused as insufficient_balance',
        expected: 2 * EACH - AFFORDABLE,
        found: countWith(answers, 402, 'insufficient_balance'),
      },
      { what: 'pence left', expected: (AFFORDABLE - bought) * EACH_PENCE, found: wallet.balancePence },
      { what: 'pence held', expected: reserved * EACH_PENCE, found: wallet.heldPence },
      { what: 'pence that could still be used', expected: 0, found: wallet.balancePence - wallet.heldPence },
      { what: 'pence held after the releases', expected: 0, found: after.heldPence },
    ],
  };
}

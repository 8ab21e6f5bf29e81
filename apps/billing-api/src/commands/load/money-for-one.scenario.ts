import type { EngineClient } from './engine.client';
import { allAtOnce, countWith, times, type ScenarioResult } from './scenario';

const PURCHASES = 100;
const COST_PENCE = 1_000;

/** A hundred purchases, each with a key of its own, and money for one of them. */
export async function moneyForOne(engine: EngineClient): Promise<ScenarioResult> {
  const orgId = await engine.openWallet('money for one', COST_PENCE);
  const { answers, tookMs } = await allAtOnce(times(PURCHASES, () => () => engine.buy(orgId, COST_PENCE)));
  const wallet = await engine.wallet(orgId);
  return {
    name: `${PURCHASES} purchases, money for one`,
    answers,
    tookMs,
    expectations: [
      { what: 'purchase succeeded', expected: 1, found: countWith(answers, 201) },
      {
        what: 'purchases refused as insufficient_balance',
        expected: PURCHASES - 1,
        found: countWith(answers, 402, 'insufficient_balance'),
      },
      { what: 'pence left', expected: 0, found: wallet.balancePence },
    ],
  };
}

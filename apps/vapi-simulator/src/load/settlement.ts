import type { EngineApi } from './engine-api';
import type { Tenant } from './tenants';

export interface Settlement {
  settled: boolean;
  liveCalls: number;
  heldPence: number;
  arrearsPence: number;
  reconciliationOk: boolean;
  failedChecks: string[];
  afterSeconds: number;
}

const ASK_AGAIN_MS = 1_000;

/** Waits until the engine says that nothing is open any more, nudging its sweep; gives up after `withinSeconds`. */
export async function settle(
  engine: EngineApi,
  tenants: readonly Tenant[],
  withinSeconds: number,
  onWait: (state: Settlement) => void,
): Promise<Settlement> {
  const startedAt = Date.now();
  for (;;) {
    await engine.cleanUp();
    const state = await look(engine, tenants, (Date.now() - startedAt) / 1000);
    if (state.settled || state.afterSeconds > withinSeconds) return state;
    onWait(state);
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

async function look(engine: EngineApi, tenants: readonly Tenant[], afterSeconds: number): Promise<Settlement> {
  const liveCalls = (await engine.liveCallIds()).length;
  let heldPence = 0;
  let arrearsPence = 0;
  for (const { orgId } of tenants) {
    const wallet = await engine.wallet(orgId);
    heldPence += wallet.heldPence;
    arrearsPence += wallet.arrearsPence;
  }
  const { ok, checks } = await engine.reconciliation();
  const failedChecks = checks.filter((check) => !check.ok).map(({ name }) => name);
  const settled = liveCalls === 0 && heldPence === 0 && ok;
  return { settled, liveCalls, heldPence, arrearsPence, reconciliationOk: ok, failedChecks, afterSeconds };
}

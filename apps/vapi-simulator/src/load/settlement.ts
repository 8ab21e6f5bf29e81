import { unaccountedCalls } from './accounted-calls';
import type { PlacedCall } from './caller-pool';
import type { EngineApi } from './engine-api';
import type { Tenant } from './tenants';

export interface Settlement {
  settled: boolean;
  liveCalls: number;
  heldPence: number;
  arrearsPence: number;
  /** Calls that talked, of which the engine had neither charged nor recorded the cost when the waiting ended. */
  unaccounted: string[];
  reconciliationOk: boolean;
  failedChecks: string[];
  afterSeconds: number;
}

/** Real time, both. */
export interface Patience {
  /** For holds, live calls and the book: until the engine has closed what is open. */
  closedWithinSeconds: number;
  /** For calls that nobody told the engine of: until it must have found them by itself. */
  foundWithinSeconds: number;
}

const ASK_AGAIN_MS = 1_000;

/**
 * Waits, nudging the engine's sweep, until nothing is open any more and every call that talked is accounted for. A call of
 * which no message came is neither live nor held, so that nothing is open does not mean that nothing will be charged.
 */
export async function settle(
  engine: EngineApi,
  tenants: readonly Tenant[],
  placed: readonly PlacedCall[],
  patience: Patience,
  onWait: (state: Settlement) => void,
): Promise<Settlement> {
  const startedAt = Date.now();
  for (;;) {
    await engine.cleanUp();
    const state = await look(engine, tenants, placed, (Date.now() - startedAt) / 1000);
    if (state.settled || isEnough(state, patience)) return state;
    onWait(state);
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

function isEnough(state: Settlement, { closedWithinSeconds, foundWithinSeconds }: Patience): boolean {
  const seconds = isClosed(state) ? foundWithinSeconds : Math.max(closedWithinSeconds, foundWithinSeconds);
  return state.afterSeconds > seconds;
}

async function look(
  engine: EngineApi,
  tenants: readonly Tenant[],
  placed: readonly PlacedCall[],
  afterSeconds: number,
): Promise<Settlement> {
  const unaccounted = await unaccountedCalls(placed, tenants, engine);
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
  const state = { liveCalls, heldPence, arrearsPence, unaccounted, reconciliationOk: ok, failedChecks, afterSeconds };
  return { ...state, settled: isClosed(state) && unaccounted.length === 0 };
}

function isClosed({ liveCalls, heldPence, reconciliationOk }: Omit<Settlement, 'settled'>): boolean {
  return liveCalls === 0 && heldPence === 0 && reconciliationOk;
}

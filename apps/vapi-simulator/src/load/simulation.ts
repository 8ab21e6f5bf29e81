import { SimulatedClock } from '../time/simulated-clock';
import { startSimulator, type Simulator } from '../simulator';
import { auditCalls, isCut } from './call-audit';
import { placeCalls } from './caller-pool';
import { type CallPlan, planCalls } from './call-plan';
import { Downtime } from './downtime';
import { EngineApi } from './engine-api';
import { EngineProcess, freePort } from './engine-process';
import { expectInterruption, Interruption } from './interruption';
import { callsLine, type ProgressLine, waitingLine } from './progress-line';
import { recoveryRealMs } from './recovery-time';
import { Reseller } from './reseller';
import { type RunReport, reportOf } from './run-report';
import type { RunOptions } from './run-options';
import { roundTripAllowance } from './round-trip-allowance';
import { settle } from './settlement';
import { createTenants } from './tenants';

const VAPI_API_KEY = 'simulated-vapi-key';
/** Late messages and retries end long before; this only keeps a broken run from waiting for ever. */
const DELIVERIES_DONE_WITHIN_MS = 120_000;

/** One run: engine, wallets, calls, settlement, verdict. */
export async function simulate(options: RunOptions, progress: ProgressLine): Promise<RunReport> {
  const plan = planCalls(options.plan);
  const vapi = await startSimulator({
    port: options.port,
    clock: new SimulatedClock(options.speed),
    faults: options.faults,
    seed: options.plan.seed,
    secret: options.webhookSecret,
    apiKey: options.engine.kind === 'spawn' ? VAPI_API_KEY : undefined,
  });
  const { engine, process: own } = await engineFor(options, vapi);
  const interruption = expectInterruption();
  let keep = true; // what is not a clean run leaves what it takes to understand it
  try {
    progress.say(`simulated Vapi at ${vapi.url}, engine at ${engine.url}`);
    await Promise.race([own?.start(), interruption.came]);
    const report = await Promise.race([run(plan, options, vapi, engine, own, progress), interruption.came]);
    keep = options.keepData || report.failures.length !== 0;
    return report;
  } catch (fault) {
    if (fault instanceof Interruption) {
      progress.say('interrupted: cleaning up …');
      keep = options.keepData;
    }
    throw fault;
  } finally {
    await own?.stop();
    await vapi.close();
    interruption.forget();
    if (own && keep) progress.say(`the engine's log and data: ${own.folder}`);
    else own?.removeData();
  }
}

async function run(
  plan: CallPlan,
  options: RunOptions,
  vapi: Simulator,
  engine: EngineApi,
  own: EngineProcess | undefined,
  progress: ProgressLine,
): Promise<RunReport> {
  vapi.pointAt(engine.url);
  const tenants = await createTenants(plan.wallets, options.plan.policy, options.runId, engine, vapi);
  const downtime = new Downtime();
  let restarted = Promise.resolve();
  const killAt = options.engine.kind === 'spawn' ? [...options.engine.killAt] : [];
  const state = { calls: plan.calls.length, placed: 0, over: 0, turnedAway: 0, startedAt: Date.now() };

  const onCall = (event: 'placed' | 'over' | 'turned away') => {
    if (event === 'placed') state.placed += 1;
    else if (event === 'over') state.over += 1;
    else state.turnedAway += 1;
    progress.show(() => callsLine({ ...state, cut: vapi.calls().filter(isCut).length, speed: options.speed }));
    const done = state.over + state.turnedAway;
    if (own && killAt[0] !== undefined && done >= killAt[0] * plan.calls.length) {
      killAt.shift();
      progress.say(`kill -9 after ${done} calls`);
      restarted = restarted.then(() => restart(own, downtime, vapi, progress));
      // Looked at when the calls are over; until then a failure must not count as unhandled.
      restarted.catch(() => undefined);
    }
  };
  const { webhookSecret, runId, concurrency } = options;
  const { policy } = options.plan;
  const reseller = new Reseller(engine, vapi, { policy, webhookSecret, vapiApiKey: VAPI_API_KEY });
  const callers = { vapi, runId, concurrency, reseller: options.reserveFirst ? reseller : undefined };
  const { placed, turnedAway } = await placeCalls(plan.calls, tenants, callers, onCall);
  await restarted;
  await Promise.race([vapi.idle(), new Promise((resolve) => setTimeout(resolve, DELIVERIES_DONE_WITHIN_MS).unref())]);

  // Counted from here, not from the end of the last call: later by the deliveries, and the engine is up.
  const patience = {
    closedWithinSeconds: options.settleSeconds,
    foundWithinSeconds: recoveryRealMs(vapi.clock) / 1000,
  };
  const settlement = await settle(engine, tenants, placed, patience, (state) =>
    progress.show(() => waitingLine(state)),
  );
  progress.clear();
  const audited = await auditCalls(placed, tenants, engine);
  const { deliveries, commands } = vapi;
  const roundTrip = roundTripAllowance(deliveries.records, options.speed, options.roundTripSeconds);
  const bound = { policy, roundTrip, deliveries, commands, downtime };
  const apiServerErrors = engine.serverErrors;
  return reportOf({ options, placed, turnedAway, audited, settlement, deliveries, commands, bound, apiServerErrors });
}

async function restart(own: EngineProcess, downtime: Downtime, vapi: Simulator, progress: ProgressLine): Promise<void> {
  const killedAt = Date.now();
  downtime.begin(vapi.clock.nowMs());
  await own.kill();
  await own.start();
  downtime.end(vapi.clock.nowMs());
  progress.say(`the engine is back after ${((Date.now() - killedAt) / 1000).toFixed(1)} s`);
}

async function engineFor(
  options: RunOptions,
  vapi: Simulator,
): Promise<{ engine: EngineApi; process?: EngineProcess }> {
  if (options.engine.kind === 'url') return { engine: new EngineApi(options.engine.url, options.adminKey) };
  const port = await freePort();
  const engine = new EngineApi(`http://127.0.0.1:${port}`, options.adminKey);
  const settings = {
    PORT: String(port),
    ADMIN_API_KEY: options.adminKey,
    VAPI_WEBHOOK_SECRET: options.webhookSecret,
    VAPI_API_KEY,
    VAPI_BASE_URL: vapi.url,
    VAPI_CONTROL_HOSTS: new URL(vapi.url).host,
    TIME_SCALE: String(options.speed),
    RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'warn',
    ...(options.engine.tellPublicUrl && { PUBLIC_URL: engine.url }),
    ...options.engine.env,
  };
  return { engine, process: new EngineProcess(options.engine.main, settings, engine) };
}

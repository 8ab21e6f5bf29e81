import type { Bench } from '../bench';
import { withBenchDatabase, type BenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { assertWalletsAddUp } from '../database/wallets-add-up';
import type { Flags } from '../flags';
import { runEngine, type EngineProgram } from '../http/engine-program';
import { closedLoop } from '../measure/closed-loop';
import { treeCpuMicros } from '../measure/cpu-clock';
import { median } from '../measure/median';
import { openLoop } from '../measure/open-loop';
import type { BenchReport } from '../report/bench-report';
import { describeMachine } from '../report/machine';
import { BatchWatch } from './batch-watch';
import { overloadReport, type Phase } from './overload-report';
import { StrangerCharges, type Observation } from './stranger-charges';

/** Callers of the closed loop whose rate is the peak. */
const IN_FLIGHT = 256;
const PEAK_ROUNDS = 3;
const PEAK_SECONDS = 4;
const OVERLOAD = 3;
const OVERLOAD_SECONDS = 20;
const HALF = 0.5;
const HALF_SECONDS = 8;

export const OVERLOAD_BENCH: Bench = {
  name: 'overload',
  question: 'What does the engine do with three times the load it can bear, and how soon is it itself again?',
  run: (flags) => withBenchDatabase((database) => runOverload(flags, database)),
};

async function runOverload(flags: Flags, database: BenchDatabase): Promise<BenchReport> {
  const startedAt = new Date().toISOString();
  const machine = describeMachine(database.version);
  const wallets = await loadOrganizations(database.admin, flags.wallets);
  const engine = await runEngine({ DATABASE_URL: database.url });
  try {
    const charges = new StrangerCharges(engine.port, wallets);
    await peakOf(charges); // warm-up
    const rates: number[] = [];
    for (let round = 0; round < PEAK_ROUNDS; round++) rates.push(await peakOf(charges));
    const peak = median(rates);
    await charges.openAll();
    const phase = phaseRunner(charges, engine, database);
    const before = await phase('half the peak', peak * HALF, HALF_SECONDS);
    const watch = new BatchWatch(engine.port);
    watch.start();
    // The half load after it starts with the last request of the overload, not when the last one is answered.
    const overloading = phase('three times the peak', peak * OVERLOAD, OVERLOAD_SECONDS);
    await new Promise((resolve) => setTimeout(resolve, OVERLOAD_SECONDS * 1_000));
    const after = await phase('half the peak, after it', peak * HALF, HALF_SECONDS);
    const overload = await overloading;
    await watch.stop();
    charges.pool.close();
    await assertWalletsAddUp(database.admin, charges.chargedPence);
    return overloadReport({ machine, startedAt, peak, before, overload, after, charges, watch });
  } finally {
    await engine.stop();
  }
}

async function peakOf(charges: StrangerCharges): Promise<number> {
  const load = { inFlight: IN_FLIGHT, seconds: PEAK_SECONDS };
  return (await closedLoop(load, () => charges.charge(performance.now()))).perSecond;
}

type PhaseRunner = (name: string, perSecond: number, seconds: number) => Promise<Phase>;

function phaseRunner(charges: StrangerCharges, engine: EngineProgram, database: BenchDatabase): PhaseRunner {
  const cpu = (): { engine: number; postgres: number; generator: number } => {
    const own = process.cpuUsage();
    return {
      engine: treeCpuMicros(engine.pid) ?? Number.NaN,
      postgres: treeCpuMicros(database.pid) ?? Number.NaN,
      generator: own.user + own.system,
    };
  };
  return async (name, perSecond, seconds) => {
    const observations: Observation[] = [];
    const beganMs = performance.now();
    const spent = cpu();
    await openLoop({ perSecond, seconds }, async (dueMs) => {
      observations.push(await charges.charge(dueMs));
    });
    const now = cpu();
    const micros = (performance.now() - beganMs) * 1_000;
    const cores = {
      engine: (now.engine - spent.engine) / micros,
      postgres: (now.postgres - spent.postgres) / micros,
      generator: (now.generator - spent.generator) / micros,
    };
    return { name, perSecond, seconds, beganMs, observations, cores };
  };
}

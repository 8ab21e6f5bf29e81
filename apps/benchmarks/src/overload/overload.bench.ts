import type { Bench } from '../bench';
import { withBenchDatabase, type BenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { assertWalletsAddUp } from '../database/wallets-add-up';
import type { Flags } from '../flags';
import { runEngine, type EngineProgram } from '../http/engine-program';
import { closedLoop, type LoopResult } from '../measure/closed-loop';
import { treeCpuMicros } from '../measure/cpu-clock';
import { median } from '../measure/median';
import { openLoop } from '../measure/open-loop';
import type { BenchReport } from '../report/bench-report';
import { describeMachine } from '../report/machine';
import { BatchWatch } from './batch-watch';
import { overloadReport, type Cores, type Phase } from './overload-report';
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
    const clock = cpuClock(engine, database);
    await peakOf(charges); // warm-up
    const spent = clock();
    const rounds: LoopResult[] = [];
    for (let round = 0; round < PEAK_ROUNDS; round++) rounds.push(await peakOf(charges));
    const peakCores = spent();
    const peak = median(rounds.map(({ perSecond }) => perSecond));
    await charges.openAll();
    const phase = phaseRunner(charges, clock);
    const before = await phase('half the peak', peak * HALF, HALF_SECONDS);
    const watch = new BatchWatch(engine.port);
    watch.start();
    // The half load after it starts with the last request of the overload, not when the last one is answered.
    const overloading = phase('three times the peak', peak * OVERLOAD, OVERLOAD_SECONDS);
    await new Promise((resolve) => setTimeout(resolve, OVERLOAD_SECONDS * 1_000));
    const watched = watch.stop();
    const after = await phase('half the peak, after it', peak * HALF, HALF_SECONDS);
    const overload = await overloading;
    await watched;
    charges.pool.close();
    await assertWalletsAddUp(database.admin, charges.chargedPence);
    return overloadReport({ machine, startedAt, peak, peakCores, before, overload, after, charges, watch });
  } finally {
    await engine.stop();
  }
}

function peakOf(charges: StrangerCharges): Promise<LoopResult> {
  const load = { inFlight: IN_FLIGHT, seconds: PEAK_SECONDS };
  return closedLoop(load, () => charges.charge(performance.now()));
}

/** Cores in use from a call to the call of what it returned. */
function cpuClock(engine: EngineProgram, database: BenchDatabase): () => () => Cores {
  const look = (): Cores => {
    const own = process.cpuUsage();
    return {
      engine: treeCpuMicros(engine.pid) ?? Number.NaN,
      postgres: treeCpuMicros(database.pid) ?? Number.NaN,
      generator: own.user + own.system,
    };
  };
  return () => {
    const began = performance.now();
    const before = look();
    return () => {
      const now = look();
      const micros = (performance.now() - began) * 1_000;
      return {
        engine: (now.engine - before.engine) / micros,
        postgres: (now.postgres - before.postgres) / micros,
        generator: (now.generator - before.generator) / micros,
      };
    };
  };
}

type PhaseRunner = (name: string, perSecond: number, seconds: number) => Promise<Phase>;

function phaseRunner(charges: StrangerCharges, clock: () => () => Cores): PhaseRunner {
  return async (name, perSecond, seconds) => {
    const observations: Observation[] = [];
    const beganMs = performance.now();
    const spent = clock();
    await openLoop({ perSecond, seconds }, async (dueMs) => {
      observations.push(await charges.charge(dueMs));
    });
    return { name, perSecond, seconds, beganMs, observations, cores: spent() };
  };
}

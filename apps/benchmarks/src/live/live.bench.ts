import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench';
import { withBenchDatabase, type BenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import type { Flags } from '../flags';
import { runEngine, type EngineProgram } from '../http/engine-program';
import { Agenda, epochMs } from '../measure/agenda';
import type { BenchReport } from '../report/bench-report';
import { describeMachine } from '../report/machine';
import { auditMoney } from './audit-money';
import { CallPopulation } from './call-population';
import { ControlDesk } from './control-desk';
import { liveReport } from './live-report';
import { LiveTraffic } from './live-traffic';
import { LiveWatch } from './live-watch';
import { loadRunningCalls } from './running-calls.loader';
import { timerLateness } from './timer-lateness';
import { walSince } from './wal-watch';

/** From the plan of the calls' clocks to the first request: loading them and starting the engine must fit in. */
const LOADING_MS = { least: 10_000, perCall: 0.6 } as const;
/** The engine's code is compiled, its statements are planned, PostgreSQL has its pages. */
const WARM_UP_MS = 10_000;
const MS_PER_MINUTE = 60_000;
/** What was asked until the end is answered within this, or counts as lost. */
const SETTLE_WITHIN_MS = 15_000;

export const LIVE_BENCH: Bench = {
  name: 'live',
  question: 'Does one machine carry this many calls at once: arrivals, checks, reports, a timer for every call?',
  run: (flags) => withBenchDatabase((database) => withDesk((desk) => runLive(flags, database, desk))),
};

async function runLive(flags: Flags, database: BenchDatabase, desk: ControlDesk): Promise<BenchReport> {
  const startedAt = new Date().toISOString();
  const machine = describeMachine(database.version);
  const wallets = await loadOrganizations(database.admin, flags.wallets);
  const fromMs = epochMs() + LOADING_MS.least + LOADING_MS.perCall * flags.calls;
  const measureFromMs = fromMs + WARM_UP_MS;
  const agenda = new Agenda(fromMs, measureFromMs + flags.minutes * MS_PER_MINUTE);
  const population = new CallPopulation(wallets, flags.calls);
  const running = population.running(flags.calls, fromMs, agenda.untilMs);
  await loadRunningCalls(database.admin, running, (callId) => desk.urlOf(callId));
  const engine = await runEngine({ DATABASE_URL: database.url, VAPI_CONTROL_HOSTS: desk.host });
  try {
    const spareMs = fromMs - epochMs();
    if (spareMs < 0) throw new Error(`loading took ${Math.ceil(-spareMs / 1_000)} s too long: this machine is busy`);
    await sleep(spareMs);
    const { calls, checkEvery: checkEverySeconds } = flags;
    const traffic = new LiveTraffic({
      port: engine.port,
      agenda,
      population,
      desk,
      calls,
      checkEverySeconds,
      measureFromMs,
    });
    const watch = watchOver(database, engine, traffic);
    const walMeanwhile = await walSince(database.admin);
    traffic.begin(running);
    agenda.at(measureFromMs, () => watch.start());
    await agenda.run();
    await watch.stop();
    const wal = await walMeanwhile();
    const overtalked = traffic.overtalked(agenda.untilMs - 1_000).length;
    await traffic.settle(SETTLE_WITHIN_MS);
    const timer = await timerLateness(database.admin, measureFromMs);
    const money = await auditMoney(database.admin, engine.port, traffic.reportedSeconds);
    return liveReport({ flags, machine, startedAt, traffic, watch, timer, money, agenda, overtalked, wal });
  } finally {
    await engine.stop();
  }
}

function watchOver(database: BenchDatabase, engine: EngineProgram, traffic: LiveTraffic): LiveWatch {
  return new LiveWatch({
    admin: database.admin,
    postgresPid: database.pid,
    enginePid: engine.pid,
    enginePort: engine.port,
    liveCalls: () => traffic.liveCalls,
    unanswered: () => traffic.outstanding,
  });
}

async function withDesk<T>(work: (desk: ControlDesk) => Promise<T>): Promise<T> {
  const desk = new ControlDesk();
  await desk.open();
  try {
    return await work(desk);
  } finally {
    desk.close();
  }
}

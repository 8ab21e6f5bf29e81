import { quantile } from '../measure/median';
import { atLeast, atMost, type BenchReport, type Line } from '../report/bench-report';
import type { Machine } from '../report/machine';
import type { BatchWatch } from './batch-watch';
import type { Answered, Observation, StrangerCharges } from './stranger-charges';

const GOODPUT = 0.8;
/** Of the peak: a queue that holds more than this many seconds of work makes clients give up before their turn. */
const RECOVERED_WITHIN_S = 2;
/** The engine is itself again when a second's p99 is within this of what it was before, or within a hiccup. */
const RECOVERED = { times: 3, hiccupMs: 50 } as const;
const MS = 1_000;

/** How many of the machine's cores each had. */
export interface Cores {
  readonly engine: number;
  readonly postgres: number;
  readonly generator: number;
}

export interface Phase {
  readonly name: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** performance.now() */
  readonly beganMs: number;
  readonly observations: readonly Observation[];
  readonly cores: Cores;
}

export interface OverloadRun {
  readonly machine: Machine;
  readonly startedAt: string;
  readonly peak: number;
  readonly peakCores: Cores;
  readonly before: Phase;
  readonly overload: Phase;
  readonly after: Phase;
  readonly charges: StrangerCharges;
  readonly watch: BatchWatch;
}

export function overloadReport(run: OverloadRun): BenchReport {
  const { machine, startedAt, peak, peakCores, before, overload, after, charges, watch } = run;
  const served = of(overload, 'served');
  const reference = quantile(msOf(of(before, 'served')), 0.99);
  const faults = [...charges.faults].map(([what, count]) => `FAILED ${count} ×: ${what}`);
  return {
    bench: 'overload',
    machine,
    startedAt,
    lines: [before, overload, after].flatMap(linesOf),
    verdicts: [
      atLeast('served under three times the peak ÷ peak', servedMeanwhile(overload) / overload.seconds / peak, GOODPUT),
      atLeast('answered 503 with Retry-After ÷ sent and not served', shareShed(overload), 1),
      atMost('itself again after', recoveredAfter(after, reference), RECOVERED_WITHIN_S, 's'),
      atMost('requests that failed otherwise', faults.length, 0, ''),
    ],
    notes: [
      `Peak: ${Math.round(peak)} asset charges a second over HTTP in a closed loop. Wallets added up: nothing lost, nothing doubled.`,
      `Latency of what was served under overload: p50 ${quantile(msOf(served), 0.5).toFixed(0)} ms, p99 ${quantile(msOf(served), 0.99).toFixed(0)} ms, from when it was meant to be sent; connections ${charges.pool.connections}, all of them waiting for an answer whenever a request could not be sent (${share(of(overload, 'unsent').length, overload.observations.length)}).`,
      `p99 of each second after the overload: ${p99BySecond(after)
        .map((ms) => ms.toFixed(0))
        .join(', ')} ms; before it ${reference.toFixed(0)} ms.`,
      `Cores in use: at the peak ${coresOf(peakCores)}; under overload ${coresOf(overload.cores)}.`,
      costNote(run),
      `/metrics meanwhile (${watch.looks} looks, longest ${watch.longestMs.toFixed(0)} ms): ${watch.batches} batches of ${watch.commandsPerBatch.toFixed(0)} commands, by lane ${watch.lanes.join(' + ')}; deepest queue ${watch.deepestQueue}; refused as overloaded ${watch.shed}.`,
      ...faults,
    ],
  };
}

function share(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)} %`;
}

function coresOf({ engine, postgres, generator }: Cores): string {
  return `engine ${engine.toFixed(2)}, PostgreSQL ${postgres.toFixed(2)}, load generator ${generator.toFixed(2)}`;
}

/** By the CPU time that the engine got, so that a run on a machine that others use says something as well. */
function costNote({ peak, peakCores, overload }: OverloadRun): string {
  const before = peak / peakCores.engine;
  const under = servedMeanwhile(overload) / overload.seconds / overload.cores.engine;
  return `For each second of CPU time the engine served ${before.toFixed(0)} at the peak and ${under.toFixed(0)} under overload, refusals included: ${(under / before).toFixed(2)}.`;
}

/** Answered while the overload lasted: what was served afterwards from the queue is not what it kept serving. */
function servedMeanwhile(phase: Phase): number {
  const until = phase.beganMs + phase.seconds * MS;
  return of(phase, 'served').filter(({ dueMs, ms }) => dueMs + ms <= until).length;
}

/** Of what the engine was sent: what waited for a connection until it was given up never reached it. */
function shareShed(phase: Phase): number {
  const [shed, failed] = [of(phase, 'shed').length, of(phase, 'failed').length];
  return shed + failed === 0 ? 1 : shed / (shed + failed);
}

/** Seconds after which every further second's p99 is as it was before. */
function recoveredAfter(phase: Phase, referenceMs: number): number {
  const good = Math.max(referenceMs * RECOVERED.times, RECOVERED.hiccupMs);
  return p99BySecond(phase).findLastIndex((ms) => ms > good) + 1;
}

function p99BySecond(phase: Phase): number[] {
  return Array.from({ length: phase.seconds }, (_, second) => {
    const from = phase.beganMs + second * MS;
    const within = phase.observations.filter(({ dueMs }) => dueMs >= from && dueMs < from + MS);
    return quantile(msOf(within), 0.99);
  });
}

function linesOf(phase: Phase): Line[] {
  return (['served', 'shed', 'unsent', 'failed'] as const)
    .filter((answered) => of(phase, answered).length > 0)
    .map((answered) => {
      const ms = msOf(of(phase, answered));
      return {
        load: `${phase.name}: ${Math.round(phase.perSecond)}/s`,
        variant: answered,
        perSecond: ms.length / phase.seconds,
        p50Ms: quantile(ms, 0.5),
        p99Ms: quantile(ms, 0.99),
        nodeMicros: Number.NaN,
        postgresMicros: Number.NaN,
      };
    });
}

function of(phase: Phase, answered: Answered): Observation[] {
  return phase.observations.filter((observation) => observation.answered === answered);
}

function msOf(observations: readonly Observation[]): number[] {
  return observations.map(({ ms }) => ms);
}

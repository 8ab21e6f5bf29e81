import type { Flags } from '../flags';
import type { Agenda } from '../measure/agenda';
import { atLeast, atMost, type BenchReport, type Line, type Verdict } from '../report/bench-report';
import type { Machine } from '../report/machine';
import type { MoneyAudit } from './audit-money';
import { MEAN_TALK_SECONDS } from './call-population';
import { figuresOf, type LatencyFigures } from './latencies';
import type { LiveTraffic } from './live-traffic';
import { backlogOf, type LiveWatch } from './live-watch';

const WEBHOOK_P99_MS = 250;
const LATEST_DECISION_MS = 1_000;
const RESIDENT_MB = 600;
/** What comes and goes within a tenth of a second of this load: a backlog that grows is far larger. */
const BACKLOG_NOISE = 200;
/** Of the status checks that were due. */
const CHECKS_SUSTAINED = 0.99;
const WEBHOOKS = ['gate', 'answered', 'ended', 'report'] as const;
const PENCE_PER_SECOND = 56 / 60;
const MS = 1_000;
const SECONDS_PER_MINUTE = 60;

export interface LiveRun {
  readonly flags: Flags;
  readonly machine: Machine;
  readonly startedAt: string;
  readonly traffic: LiveTraffic;
  readonly watch: LiveWatch;
  readonly timer: LatencyFigures;
  readonly money: MoneyAudit;
  readonly agenda: Agenda;
  /** Calls that should have been ended when the load stopped, and were not. */
  readonly overtalked: number;
  /** What PostgreSQL wrote, in words. */
  readonly wal: string;
}

export function liveReport(run: LiveRun): BenchReport & { readonly looks: LiveWatch['looks'] } {
  const { flags, machine, startedAt, traffic, watch, timer } = run;
  const seconds = flags.minutes * SECONDS_PER_MINUTE;
  const load = `${flags.calls} calls`;
  const line = (variant: string, figures: LatencyFigures, note = ''): Line => ({
    load,
    variant,
    perSecond: figures.count / seconds,
    p50Ms: figures.p50Ms,
    p99Ms: figures.p99Ms,
    nodeMicros: Number.NaN,
    postgresMicros: Number.NaN,
    note: `${note}max ${figures.mostMs.toFixed(0)} ms`,
  });
  return {
    bench: 'live',
    machine,
    startedAt,
    lines: [
      ...WEBHOOKS.map((kind) => line(kind, traffic.latencies.figures(kind))),
      line('all webhooks', traffic.latencies.figures(...WEBHOOKS)),
      line('status check', traffic.latencies.figures('check')),
      line('own timer', timer, 'lateness of the decision, '),
      line('end-call', figuresOf(traffic.cutLateMs), 'after the last paid second, '),
    ],
    verdicts: verdictsOf(run, seconds),
    notes: notesOf(run),
    looks: watch.looks,
  };
}

function verdictsOf({ flags, traffic, watch, timer, money, overtalked }: LiveRun, seconds: number): Verdict[] {
  const webhooks = traffic.latencies.figures(...WEBHOOKS);
  const checks = traffic.latencies.figures('check').count / seconds;
  const cutsMissed = traffic.cutLateMs.filter((late) => late > LATEST_DECISION_MS).length + overtalked;
  const wrong = Math.abs(money.expectedPence - money.chargedPence - money.uncollectedPence);
  return [
    atLeast('calls at once, least', Math.min(...watch.looks.map((look) => look.liveCalls)), flags.calls * 0.95, ''),
    atMost('growth of the backlog', watch.growth(backlogOf), BACKLOG_NOISE, ''),
    atMost('webhooks p99', webhooks.p99Ms, WEBHOOK_P99_MS, 'ms'),
    atLeast('status checks ÷ due', (checks * flags.checkEvery) / traffic.checkedCalls, CHECKS_SUSTAINED, ''),
    atMost('latest decision of the timer', timer.mostMs / MS, LATEST_DECISION_MS / MS, 's'),
    atMost('calls ended more than 1 s late, or not', cutsMissed, 0, ''),
    atMost('leak beyond one second of talk a call', leakPence(traffic.cutLateMs), 0, 'p'),
    atMost(
      'resident memory of the engine',
      watch.most((look) => look.residentMb),
      RESIDENT_MB,
      'MB',
    ),
    atMost('charged otherwise than reported', wrong, 0, 'p'),
    atMost('broken rules of the reconciliation', money.brokenRules.length, 0, ''),
    atMost(
      'requests that failed',
      [...traffic.faults.values()].reduce((sum, n) => sum + n, 0),
      0,
      '',
    ),
  ];
}

/** Talk past the last paid second, at a sixtieth of its price; the order to hang up takes its way, for which a second is given. */
function leakPence(cutLateMs: readonly number[]): number {
  const unpaid = cutLateMs.map((late) => Math.max(0, late - LATEST_DECISION_MS) / MS);
  return unpaid.reduce((sum, s) => sum + s * PENCE_PER_SECOND, 0);
}

function notesOf({ flags, traffic, watch, money, agenda, overtalked, wal }: LiveRun): string[] {
  const cores = (figure: 'engineCores' | 'postgresCores' | 'generatorCores'): string =>
    watch.typical((look) => look[figure]).toFixed(2);
  const unpaid = traffic.cutLateMs.reduce((sum, late) => sum + late, 0) / MS;
  const rules = money.brokenRules.length === 0 ? 'no rule broken' : `BROKEN: ${money.brokenRules.join(', ')}`;
  return [
    `${flags.calls} calls on ${flags.wallets} wallets (10 of them hot: 10 % of the calls) for ${flags.minutes} min: talk exponential with a mean of ${MEAN_TALK_SECONDS / SECONDS_PER_MINUTE} min, so ${(flags.calls / MEAN_TALK_SECONDS).toFixed(1)} calls come and go each second; each checked every ${flags.checkEvery} s (but for those that talk until their money is used up: only the timer looks after them); reports of 22 to 130 kB.`,
    'Ramp-up: calls, holds with all their slices in the journal, and timers were loaded by SQL as the engine leaves them; their older story and deliveries were not.',
    `Cores in use, typically: engine ${cores('engineCores')}, PostgreSQL ${cores('postgresCores')}, load generator ${cores('generatorCores')}; the generator was ${agenda.latestMs.toFixed(0)} ms late at worst.`,
    `Backlog (unanswered + queued + deliveries and calls more than 1 s overdue): typically ${watch.typical(backlogOf)}, at most ${watch.most(backlogOf)}; connections ${traffic.connections}.`,
    wal,
    `Calls ended by the engine because their money was used up: ${traffic.cutLateMs.length} (${overtalked} not yet); ${unpaid.toFixed(1)} s of unpaid talk in all, ${money.uncollectedPence}p uncollected, since each began another minute.`,
    `Reports taken: ${traffic.reportedSeconds.length}, ${money.expectedPence}p by the bench's own arithmetic, ${money.chargedPence}p charged; reconciliation: ${rules}.`,
    ...[...traffic.faults].map(([what, count]) => `FAILED ${count} ×: ${what}`),
  ];
}

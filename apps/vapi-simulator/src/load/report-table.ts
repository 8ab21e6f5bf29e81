import type { Percentiles } from './latency';
import type { RunReport } from './run-report';

const MOST_WRONG_CALLS_SHOWN = 10;

type Row = [name: string, value: string];

/** The verdict for people. */
export function reportTable(report: RunReport): string {
  const sections: [string, Row[]][] = [
    ['calls', callRows(report)],
    ['money', moneyRows(report)],
    ['unpaid talk', talkRows(report)],
    ['engine', engineRows(report)],
  ];
  const width = Math.max(...sections.flatMap(([, rows]) => rows.map(([name]) => name.length)));
  const lines = sections.flatMap(([title, rows]) => [
    title,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
  ]);
  return ['', headOf(report), ...lines, ...wrongCalls(report), verdict(report)].join('\n');
}

function headOf(report: RunReport): string {
  return `${planOf(report)}; ${mishapsOf(report)}`;
}

/** What was played, in one line. */
export function planOf({ seed, policy, speed, calls, wallets, reserveFirst }: RunReport): string {
  const reserve = reserveFirst ? ', outbound and web calls reserved first' : '';
  return `seed ${seed}: ${calls} calls, ${wallets} wallets, ${policy}${reserve}, ${speed} times faster than life`;
}

/** What went wrong on purpose. */
export function mishapsOf({ faults, engineKills }: RunReport): string {
  const given = Object.entries(faults).filter(([name, value]) => name.endsWith('Percent') && value > 0);
  const names = given.map(([name, value]) => `${name.replace('Percent', '')} ${value} %`);
  return [...names, ...(engineKills > 0 ? [`${engineKills} x kill -9`] : [])].join(', ') || 'no faults';
}

function callRows(report: RunReport): Row[] {
  const atGate = report.refused - report.refusedByReserve;
  const away = report.gateFailed + report.notStarted;
  return [
    ['connected', String(report.connected)],
    ['unanswered', String(report.unanswered)],
    ['refused', `${report.refused} (${atGate} at the gate, ${report.refusedByReserve} by reserve-credits)`],
    ...(away > 0 ? [['engine was away', `${away} calls did not start`] satisfies Row] : []),
    ['cut', `${report.cut} (${report.cutByCap} by Vapi at the pushed cap); ${report.callsWarned} calls were warned`],
    ['talked / paid', `${report.secondsTalked.toFixed(1)} s / ${report.secondsPaid.toFixed(1)} s`],
  ];
}

function moneyRows(report: RunReport): Row[] {
  const { settlement, worstLeak } = report;
  return [
    ['priced / charged', `${report.pencePriced}p / ${report.penceCharged}p, ${report.overchargedPence}p too much`],
    ['not charged exactly once', String(report.notChargedExactlyOnce.length)],
    ['leak', `${report.leakPence}p in ${report.leakingCalls} calls (bound ${report.leakBoundPence}p)`],
    ['worst leak', worstLeak ? `${worstLeak.leakPence}p, ${worstLeak.call} (bound ${worstLeak.boundPence}p)` : 'none'],
    ['arrears recorded', `${report.uncollectedPence}p`],
    ['holds left', `${settlement.heldPence}p, ${settlement.liveCalls} live calls`],
    ['reconciliation', settlement.reconciliationOk ? 'ok' : `FAILED: ${settlement.failedChecks.join(', ')}`],
    ['settled after', `${settlement.afterSeconds.toFixed(1)} s${settlement.settled ? '' : ' (gave up)'}`],
  ];
}

function talkRows(report: RunReport): Row[] {
  return [
    ['per cut call', spread(report.unpaidTalkSeconds, 's')],
    ['one round trip may take', roundTrip(report)],
    ['hang-up after end-call', spread(report.hangUpSeconds, 's')],
    ['kept from the engine', `${report.withheldSeconds.toFixed(0)} s of cut calls' talk, not counted above`],
  ];
}

function engineRows(report: RunReport): Row[] {
  const { webhooks } = report;
  return [
    ['gate answers', spread(webhooks.gateMs, 'ms')],
    ['other webhooks', spread(webhooks.othersMs, 'ms')],
    ['answers 5xx / 4xx', `${webhooks.serverErrors} / ${webhooks.clientErrors}, API 5xx ${report.apiServerErrors}`],
    ['not delivered', `${webhooks.lost} lost by the simulator, ${webhooks.unreachable} engine unreachable`],
    ['calls without any message', String(report.neverHeardOf.length)],
    ['control commands', String(report.controlCommands)],
  ];
}

function roundTrip({ roundTrip: { talkMs, realMs, slowestAnswerMs }, speed }: RunReport): string {
  const seconds = (talkMs / 1000).toFixed(1);
  if (realMs === undefined) return `${seconds} s of talk, as the command line says`;
  const real = `${realMs.toFixed(0)} ms of real time at ${speed}x`;
  return `${seconds} s of talk, in it ${real}; the slowest webhook took ${slowestAnswerMs.toFixed(0)} ms`;
}

function spread({ count, p50, p95, p99, max }: Percentiles, unit: string): string {
  if (count === 0) return 'none';
  const [a, b, c, d] = [p50, p95, p99, max].map((value) => value.toFixed(1));
  return `p50 ${a}  p95 ${b}  p99 ${c}  max ${d} ${unit}  (${count})`;
}

function wrongCalls({ notChargedExactlyOnce: wrong }: RunReport): string[] {
  return wrong
    .slice(0, MOST_WRONG_CALLS_SHOWN)
    .map(
      (call) =>
        `  ! ${call.call} (${call.callId}, ${call.endedReason}): should cost ${call.priced}p, charged ${call.charged}p ` +
        `in ${call.rows} rows, uncollected ${call.uncollected}p`,
    );
}

function verdict({ failures }: RunReport): string {
  return failures.length === 0
    ? 'OK: every second paid or bounded, every call charged once'
    : `FAILED: ${failures.join('; ')}`;
}

import type { Percentiles } from './latency';
import type { RunReport } from './run-report';

const MOST_WRONG_CALLS_SHOWN = 10;

const ms = ({ count, p50, p95, p99, max }: Percentiles) =>
  count === 0
    ? 'none'
    : `p50 ${p50.toFixed(1)}  p95 ${p95.toFixed(1)}  p99 ${p99.toFixed(1)}  max ${max.toFixed(1)} ms  (${count})`;

/** The verdict for people. */
export function reportTable(report: RunReport): string {
  const { webhooks, settlement, worstLeak } = report;
  const rows: [string, string][] = [
    ['calls', `${report.calls} (${report.connected} connected, ${report.unanswered} unanswered)`],
    [
      'refused at the gate',
      `${report.refused}${report.gateFailed ? ` (and ${report.gateFailed} without an answer)` : ''}`,
    ],
    ['cut', `${report.cut} (${report.callsWarned} calls warned, ${report.warnings} warnings)`],
    ['seconds talked', report.secondsTalked.toFixed(1)],
    ['seconds paid', report.secondsPaid.toFixed(1)],
    ['priced / charged', `${report.pencePriced}p / ${report.penceCharged}p`],
    ['leak', `${report.leakPence}p (bound ${report.leakBoundPence}p)`],
    ['worst leak', worstLeak ? `${worstLeak.call}: ${worstLeak.leakPence}p (bound ${worstLeak.boundPence}p)` : 'none'],
    ['arrears recorded', `${report.uncollectedPence}p`],
    ['overcharged', `${report.overchargedPence}p`],
    ['not charged exactly once', String(report.notChargedExactlyOnce.length)],
    ['holds left', `${settlement.heldPence}p, ${settlement.liveCalls} live calls`],
    ['reconciliation', settlement.reconciliationOk ? 'ok' : `FAILED: ${settlement.failedChecks.join(', ')}`],
    ['settled after', `${settlement.afterSeconds.toFixed(1)} s${settlement.settled ? '' : ' (gave up)'}`],
    ['engine kills', String(report.engineKills)],
    ['control commands', `${report.controlCommands}, end-call to end: ${ms(report.controlRoundTripMs)}`],
    ['gate answers', ms(webhooks.gateMs)],
    ['other webhooks', ms(webhooks.othersMs)],
    ['webhooks 5xx / 4xx', `${webhooks.serverErrors} / ${webhooks.clientErrors}`],
    ['not delivered', `${webhooks.lost} lost by the simulator, ${webhooks.unreachable} engine unreachable`],
    ['API 5xx', String(report.apiServerErrors)],
    ['never heard of', String(report.neverHeardOf.length)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const head = `seed ${report.seed}, ${report.policy}, ${report.speed}x`;
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  return [head, ...lines, ...wrongCalls(report), verdict(report)].join('\n');
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

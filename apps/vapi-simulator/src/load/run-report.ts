import type { CarriedOutCommand } from '../calls/call-control';
import type { DeliveryFaults } from '../delivery/delivery-faults';
import type { DeliveryLog } from '../delivery/delivery-log';
import type { AuditedCall } from './call-audit';
import type { PlacedCall, UnplacedCall } from './caller-pool';
import { type Percentiles, percentiles, webhookFigures, type WebhookFigures } from './latency';
import { type BoundTerms, leakBoundPence, withheldMs } from './leak-bound';
import type { RoundTripAllowance } from './round-trip-allowance';
import type { RunOptions } from './run-options';
import type { Settlement } from './settlement';

export interface RunReport {
  seed: string;
  policy: string;
  speed: number;
  calls: number;
  wallets: number;
  faults: Partial<DeliveryFaults>;
  /** Outbound and web calls were reserved before they were started. */
  reserveFirst: boolean;
  connected: number;
  /** Out of credit: at the gate, or when the reseller reserved. */
  refused: number;
  refusedByReserve: number;
  /** The engine could not be asked, so the reseller did not start the call. */
  notStarted: number;
  cut: number;
  /** Of these, ended by Vapi itself at the cap that was pushed. */
  cutByCap: number;
  unanswered: number;
  gateFailed: number;
  secondsTalked: number;
  secondsPaid: number;
  pencePriced: number;
  penceCharged: number;
  leakPence: number;
  leakBoundPence: number;
  uncollectedPence: number;
  overchargedPence: number;
  worstLeak: { call: string; leakPence: number; boundPence: number; talkedSeconds: number } | null;
  notChargedExactlyOnce: {
    call: string;
    callId: string;
    priced: number;
    charged: number;
    rows: number;
    uncollected: number;
    endedReason: string;
  }[];
  neverHeardOf: string[];
  overBound: string[];
  warnings: number;
  callsWarned: number;
  engineKills: number;
  webhooks: WebhookFigures;
  leakingCalls: number;
  /** Of each cut call, simulated seconds: what it talked beyond its last paid second, without `withheld`. */
  unpaidTalkSeconds: Percentiles;
  /** The same call by call, longest first. */
  cutCalls: CutCall[];
  /** Simulated seconds that cut calls talked while the simulator itself kept the engine from knowing or acting. */
  withheldSeconds: number;
  /** Simulated seconds from an end command's arrival at the control URL until the call was over. */
  hangUpSeconds: Percentiles;
  /** The bound of unpaid talk per cut call. */
  roundTrip: RoundTripAllowance;
  controlCommands: number;
  apiServerErrors: number;
  settlement: Settlement;
  charges: CallCharge[];
  failures: string[];
}

/** What a cut call talked beyond its last paid second, and, before that, unseen because of the simulator. */
export interface CutCall {
  call: string;
  callId: string;
  unpaidTalkSeconds: number;
  withheldSeconds: number;
}

/** One call's money, for comparing runs. */
export interface CallCharge {
  call: string;
  talkedMs: number;
  pricePence: number;
  chargedPence: number;
}

export interface RunFacts {
  options: RunOptions;
  placed: readonly PlacedCall[];
  turnedAway: readonly UnplacedCall[];
  audited: readonly AuditedCall[];
  settlement: Settlement;
  deliveries: DeliveryLog;
  commands: readonly CarriedOutCommand[];
  bound: BoundTerms;
  apiServerErrors: number;
}

export function reportOf(facts: RunFacts): RunReport {
  const { options, placed, turnedAway, audited, settlement, bound } = facts;
  const sum = (value: (call: AuditedCall) => number) => audited.reduce((total, call) => total + value(call), 0);
  const count = (test: (call: AuditedCall) => boolean) => audited.filter(test).length;
  const bounds = audited.map((call, index) => leakBoundPence(call, placed[index]!, bound));
  const worst = audited.reduce((at, call, index) => (call.leakPence > audited[at]!.leakPence ? index : at), 0);
  const worstCall = audited[worst];
  const wrong = audited.filter(({ chargedRight }) => !chargedRight);
  const refusedByReserve = turnedAway.filter(({ why }) => why === 'out of credit').length;
  const cutCalls = audited.flatMap((call, index) => (call.cut ? [{ audited: call, placed: placed[index]! }] : []));
  const withheld = cutCalls.map((cut) => withheldMs(cut.audited.talkedMs, cut.placed.call, bound) / 1000);
  const unpaid = cutCalls.map(({ audited: { talkedMs, paidSeconds } }, index) =>
    Math.max(0, talkedMs / 1000 - paidSeconds - withheld[index]!),
  );
  const ends = facts.commands.flatMap(({ type, endedAfterMs }) => (type === 'end-call' ? (endedAfterMs ?? []) : []));
  const report: RunReport = {
    seed: options.plan.seed,
    policy: options.plan.policy,
    speed: options.speed,
    calls: audited.length + turnedAway.length,
    wallets: options.plan.wallets,
    faults: options.faults,
    reserveFirst: options.reserveFirst,
    connected: count(({ talkedMs }) => talkedMs > 0),
    refused: count(({ refused }) => refused) + refusedByReserve,
    refusedByReserve,
    notStarted: turnedAway.length - refusedByReserve,
    cut: count(({ cut }) => cut),
    cutByCap: count(({ endedReason }) => endedReason === 'exceeded-max-duration'),
    unanswered: placed.filter(({ planned, call }) => !planned.answered && call.gate !== 'refused').length,
    gateFailed: placed.filter(({ call }) => call.gate === 'failed').length,
    secondsTalked: sum(({ talkedMs }) => talkedMs) / 1000,
    secondsPaid: sum(({ paidSeconds }) => paidSeconds),
    pencePriced: sum(({ pricePence }) => pricePence),
    penceCharged: sum(({ chargedPence }) => chargedPence),
    leakPence: sum(({ leakPence }) => leakPence),
    leakBoundPence: bounds.reduce((total, pence) => total + pence, 0),
    uncollectedPence: sum(({ uncollectedPence }) => uncollectedPence),
    overchargedPence: sum(({ overchargedPence }) => overchargedPence),
    worstLeak: worstCall?.leakPence
      ? {
          call: worstCall.label,
          leakPence: worstCall.leakPence,
          boundPence: bounds[worst]!,
          talkedSeconds: worstCall.talkedMs / 1000,
        }
      : null,
    notChargedExactlyOnce: wrong.map((call) => ({
      call: call.label,
      callId: call.callId,
      priced: call.pricePence,
      charged: call.chargedPence,
      rows: call.chargeRows,
      uncollected: call.uncollectedPence,
      endedReason: call.endedReason,
    })),
    neverHeardOf: placed
      .filter(({ call }) => call.startedAtMs !== undefined && neverHeard(call.id, facts))
      .map(({ planned }) => planned.label),
    overBound: audited.filter(({ leakPence }, index) => leakPence > bounds[index]!).map(({ label }) => label),
    warnings: sum(({ warnings }) => warnings),
    callsWarned: count(({ warnings }) => warnings > 0),
    engineKills: bound.downtime.count,
    webhooks: webhookFigures(facts.deliveries.records),
    leakingCalls: count(({ leakPence }) => leakPence > 0),
    unpaidTalkSeconds: percentiles(unpaid),
    cutCalls: cutCalls
      .map(({ audited: { label, callId } }, index) => ({
        call: label,
        callId,
        unpaidTalkSeconds: unpaid[index]!,
        withheldSeconds: withheld[index]!,
      }))
      .sort((a, b) => b.unpaidTalkSeconds - a.unpaidTalkSeconds),
    withheldSeconds: withheld.reduce((total, seconds) => total + seconds, 0),
    hangUpSeconds: percentiles(ends.map((simulatedMs) => simulatedMs / 1000)),
    roundTrip: bound.roundTrip,
    controlCommands: facts.commands.length,
    apiServerErrors: facts.apiServerErrors,
    settlement,
    charges: audited.map(({ label, talkedMs, pricePence, chargedPence }) => ({
      call: label,
      talkedMs,
      pricePence,
      chargedPence,
    })),
    failures: [],
  };
  return { ...report, failures: failuresOf(report) };
}

/** Every message of the call was lost on the way: only a look at GET /call could have told the engine. */
function neverHeard(callId: string, { deliveries }: RunFacts): boolean {
  return !deliveries.of(callId).some(({ result }) => result === 'accepted');
}

/** Empty: the run is a success, exit code 0. */
function failuresOf(report: RunReport): string[] {
  const { settlement } = report;
  const claims: [boolean, string][] = [
    [
      report.notChargedExactlyOnce.length === 0,
      `${report.notChargedExactlyOnce.length} calls not charged exactly once`,
    ],
    [settlement.heldPence === 0, `${settlement.heldPence}p still held`],
    [settlement.liveCalls === 0, `${settlement.liveCalls} calls still live in the engine`],
    [settlement.reconciliationOk, `reconciliation fails: ${settlement.failedChecks.join(', ')}`],
    [report.overBound.length === 0, `leak above its bound: ${report.overBound.join(', ')}${excuseOf(report)}`],
    [
      settlement.arrearsPence === report.uncollectedPence,
      `wallets owe ${settlement.arrearsPence}p, calls ${report.uncollectedPence}p`,
    ],
  ];
  return claims.filter(([holds]) => !holds).map(([, failure]) => failure);
}

/** Not a pardon: what to do before blaming the engine. */
function excuseOf({ roundTrip: { machineTooSlow, slowestAnswerMs }, speed }: RunReport): string {
  if (!machineTooSlow) return '';
  return ` (the machine needed up to ${slowestAnswerMs.toFixed(0)} ms for a webhook, too long to judge at ${speed}x: repeat with a lower --speed)`;
}

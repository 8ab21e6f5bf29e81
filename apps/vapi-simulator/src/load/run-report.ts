import type { CarriedOutCommand } from '../calls/call-control';
import type { DeliveryLog } from '../delivery/delivery-log';
import type { AuditedCall } from './call-audit';
import type { PlacedCall } from './caller-pool';
import { type Percentiles, percentiles, webhookFigures, type WebhookFigures } from './latency';
import { type BoundTerms, leakBoundPence } from './leak-bound';
import type { RunOptions } from './run-options';
import type { Settlement } from './settlement';

export interface RunReport {
  seed: string;
  policy: string;
  speed: number;
  calls: number;
  connected: number;
  refused: number;
  cut: number;
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
  /** Real milliseconds from an end command's arrival until the call was over. */
  controlRoundTripMs: Percentiles;
  controlCommands: number;
  apiServerErrors: number;
  settlement: Settlement;
  failures: string[];
}

export interface RunFacts {
  options: RunOptions;
  placed: readonly PlacedCall[];
  audited: readonly AuditedCall[];
  settlement: Settlement;
  deliveries: DeliveryLog;
  commands: readonly CarriedOutCommand[];
  bound: BoundTerms;
  apiServerErrors: number;
}

export function reportOf(facts: RunFacts): RunReport {
  const { options, placed, audited, settlement, bound } = facts;
  const sum = (value: (call: AuditedCall) => number) => audited.reduce((total, call) => total + value(call), 0);
  const count = (test: (call: AuditedCall) => boolean) => audited.filter(test).length;
  const bounds = audited.map((call, index) => leakBoundPence(call, placed[index]!, bound));
  const worst = audited.reduce((at, call, index) => (call.leakPence > audited[at]!.leakPence ? index : at), 0);
  const worstCall = audited[worst];
  const wrong = audited.filter(({ chargedRight }) => !chargedRight);
  const ends = facts.commands.flatMap(({ type, endedAfterMs }) => (type === 'end-call' ? (endedAfterMs ?? []) : []));
  const report: RunReport = {
    seed: options.plan.seed,
    policy: options.plan.policy,
    speed: options.speed,
    calls: audited.length,
    connected: count(({ talkedMs }) => talkedMs > 0),
    refused: count(({ refused }) => refused),
    cut: count(({ cut }) => cut),
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
    controlRoundTripMs: percentiles(ends.map((simulatedMs) => simulatedMs / options.speed)),
    controlCommands: facts.commands.length,
    apiServerErrors: facts.apiServerErrors,
    settlement,
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
    [report.overBound.length === 0, `leak above its bound: ${report.overBound.join(', ')}`],
    [
      settlement.arrearsPence === report.uncollectedPence,
      `wallets owe ${settlement.arrearsPence}p, calls ${report.uncollectedPence}p`,
    ],
  ];
  return claims.filter(([holds]) => !holds).map(([, failure]) => failure);
}

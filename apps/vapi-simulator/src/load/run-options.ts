import type { DeliveryFaults } from '../delivery/delivery-faults';
import type { PlanOptions, SharingPolicy } from './call-plan';
import { durationDistribution } from './duration-distribution';
import { faultFlags } from './fault-flags';
import { number, percent, UsageError, whole } from './flag-values';
import { type FlagValues, parseFlags } from './run-flags';

export interface RunOptions {
  plan: PlanOptions;
  concurrency: number;
  speed: number;
  faults: Partial<DeliveryFaults>;
  /** Outbound and web calls: reserve at the engine, then start them with what that pays as their cap. */
  reserveFirst: boolean;
  port: number;
  /** Talk that one control round trip may take, simulated seconds; undefined: measured in the run. */
  roundTripSeconds?: number;
  settleSeconds: number;
  engine:
    | { kind: 'spawn'; main: string; env: Record<string, string>; killAt: number[]; tellPublicUrl: boolean }
    | { kind: 'url'; url: string };
  adminKey: string;
  webhookSecret: string;
  /** Makes the ids of this run its own; the plan does not depend on it. */
  runId: string;
  json: boolean;
  /** Play the same plan without faults, with them, and with the engine killed as well; then compare every charge. */
  compareFaults: boolean;
  planOnly: boolean;
  keepData: boolean;
}

/** Holds of calls whose report got lost live for the engine's reservation lifetime; then come sweep and question. */
const LOST_CALLS_KEEP_HOLDS_SECONDS = 2_400;
const SETTLE_AT_LEAST_SECONDS = 60;

/** Reads the command line; undefined when only help was asked for. */
export function readRunOptions(args: string[], env: NodeJS.ProcessEnv, freshId: string): RunOptions | undefined {
  const values = parseFlags(args);
  if (values.help) return undefined;
  const spawned = values.engine === 'spawn';
  const speed = number(values.speed ?? (spawned ? '60' : '1'), 'speed', 1, 1_000);
  return {
    plan: planOptions(values),
    concurrency: whole(values.concurrency, 'concurrency', 1, 1_000),
    speed,
    faults: faultFlags(values),
    // Nothing else gives such a call a cap, and without one `strict` would promise too much.
    reserveFirst: values['reserve-first'] ?? values.policy === 'strict',
    port: whole(values.port, 'port', 0, 65_535),
    roundTripSeconds:
      values['round-trip-seconds'] === undefined
        ? undefined
        : number(values['round-trip-seconds'], 'round-trip-seconds', 0, 600),
    settleSeconds: number(
      values['settle-seconds'] ?? String(SETTLE_AT_LEAST_SECONDS + LOST_CALLS_KEEP_HOLDS_SECONDS / speed),
      'settle-seconds',
      0,
      86_400,
    ),
    engine: spawned ? spawn(values) : { kind: 'url', url: url(values.engine, values) },
    adminKey: values['admin-key'] ?? env['ADMIN_API_KEY'] ?? (spawned ? `admin-${freshId}` : missing('admin-key')),
    webhookSecret:
      values['webhook-secret'] ?? env['VAPI_WEBHOOK_SECRET'] ?? (spawned ? freshId : missing('webhook-secret')),
    runId: values['run-id'] ?? freshId,
    json: values.json ?? false,
    compareFaults: values['compare-faults'] ?? false,
    planOnly: values['plan-only'] ?? false,
    keepData: values['keep-data'] ?? false,
  };
}

function planOptions(values: FlagValues): PlanOptions {
  const longestSeconds = number(values.longest, 'longest', 1, 43_200);
  try {
    durationDistribution(values.duration, longestSeconds);
  } catch (error) {
    throw new UsageError(`--duration: ${(error as Error).message}`);
  }
  if (values.policy !== 'protect' && values.policy !== 'strict')
    throw new UsageError('--policy must be protect or strict');
  return {
    seed: values.seed,
    calls: whole(values.calls, 'calls', 1, 100_000),
    wallets: whole(values.wallets, 'wallets', 1, 1_000),
    poorPercent: percent(values.poor, 'poor'),
    duration: values.duration,
    longestSeconds,
    kinds: kinds(values.kinds),
    unansweredPercent: percent(values.unanswered, 'unanswered'),
    policy: values.policy satisfies SharingPolicy,
  };
}

function kinds(given: string): PlanOptions['kinds'] {
  const weights = new Map(given.split(',').map((part): [string, string] => splitAt(part, '=')));
  const weight = (name: string) => number(weights.get(name) ?? '0', `kinds: ${name}`, 0, 1_000_000);
  const unknown = [...weights.keys()].find((name) => !['inbound', 'outbound', 'web'].includes(name));
  if (unknown !== undefined) throw new UsageError(`--kinds: "${unknown}" is not inbound, outbound or web`);
  return { inboundPhoneCall: weight('inbound'), outboundPhoneCall: weight('outbound'), webCall: weight('web') };
}

function spawn(values: FlagValues): RunOptions['engine'] {
  const pairs = values['engine-env'].map((pair) => {
    if (!/^\w+=/.test(pair)) throw new UsageError(`--engine-env takes NAME=VALUE, not "${pair}"`);
    return splitAt(pair, '=');
  });
  const killAt = (values['kill-engine-at'] ?? '')
    .split(',')
    .filter(Boolean)
    .map((part) => number(part, 'kill-engine-at', 0, 1))
    .sort((a, b) => a - b);
  return {
    kind: 'spawn',
    main: values['engine-main'],
    env: Object.fromEntries(pairs),
    killAt,
    tellPublicUrl: values['public-url'] ?? false,
  };
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function url(given: string, values: FlagValues): string {
  if (!URL.canParse(given)) throw new UsageError('--engine must be "spawn" or a URL');
  if (values['kill-engine-at']) throw new UsageError('--kill-engine-at needs --engine spawn');
  return given;
}

function missing(name: string): never {
  throw new UsageError(`--${name} is needed for an engine that is not spawned`);
}

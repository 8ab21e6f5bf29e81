import { parseArgs } from 'node:util';
import { UsageError } from './flag-values';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const FLAGS = {
  calls: { ...text, default: '200' },
  concurrency: { ...text, default: '20' },
  wallets: { ...text, default: '10' },
  poor: { ...text, default: '30' },
  duration: { ...text, default: 'lognormal:120' },
  longest: { ...text, default: '1800' },
  kinds: { ...text, default: 'inbound=70,outbound=20,web=10' },
  unanswered: { ...text, default: '5' },
  policy: { ...text, default: 'protect' },
  'reserve-first': flag,
  seed: { ...text, default: '1' },
  'run-id': text,
  speed: text,
  lost: text,
  late: text,
  'late-seconds': text,
  duplicated: text,
  reordered: text,
  slow: text,
  'slow-ms': text,
  'wrong-secret': text,
  inflated: text,
  'control-failing': text,
  port: { ...text, default: '0' },
  engine: { ...text, default: 'spawn' },
  'engine-main': { ...text, default: 'dist/apps/billing-api/src/main.js' },
  'engine-env': { ...text, multiple: true, default: [] as string[] },
  'public-url': flag,
  'kill-engine-at': text,
  'admin-key': text,
  'webhook-secret': text,
  'round-trip-seconds': text,
  'settle-seconds': text,
  json: flag,
  'compare-faults': flag,
  'plan-only': flag,
  'keep-data': flag,
  help: flag,
} as const;

export type FlagValues = ReturnType<typeof parseFlags>;

export function parseFlags(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS, strict: true, allowPositionals: false, allowNegative: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

import { parseArgs } from 'node:util';

/** Called wrongly: nothing was measured. */
export class UsageError extends Error {}

/** What may be asked of every bench; each ignores what it has no use for. */
export interface Flags {
  /** Names of benches; all when empty. */
  readonly benches: readonly string[];
  readonly rounds: number;
  /** How long one variant runs in one round. */
  readonly seconds: number;
  readonly wallets: number;
  /** growth: rows of the large journal and of old reservations. */
  readonly journalRows: number;
  readonly oldReservations: number;
  /** sweep: holds that expire at once. */
  readonly holds: number;
  /** live: calls that run at once, and for how long. */
  readonly calls: number;
  readonly minutes: number;
  /** live: seconds between two status checks of one call. */
  readonly checkEvery: number;
  readonly reports: string;
}

/** Bounds of a run: a mistyped figure must not keep a machine busy for a day. */
const LIMITS = {
  rounds: [1, 100],
  seconds: [0.1, 600],
  wallets: [1, 1_000_000],
  'journal-rows': [1_000, 100_000_000],
  'old-reservations': [1_000, 100_000_000],
  holds: [100, 1_000_000],
  calls: [10, 1_000_000],
  minutes: [0.1, 600],
  'check-every': [5, 3_600],
} as const satisfies Record<string, readonly [number, number]>;

export const USAGE = `usage: benchmarks [bench …] [flags]
  --rounds 5             interleaved rounds; figures are medians over them
  --seconds 2            one variant, one round
  --wallets 10000
  --journal-rows 10000000 --old-reservations 5000000   growth
  --holds 50000          sweep
  --calls 100000 --minutes 5 --check-every 60          live
  --reports reports      where the JSON goes
  --help                 this`;

/** @returns undefined when help was asked for */
export function readFlags(args: readonly string[]): Flags | undefined {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const figure = (name: keyof typeof LIMITS): number => {
    const value = Number(values[name]);
    const [least, most] = LIMITS[name];
    if (!(value >= least && value <= most)) throw new UsageError(`--${name} must be from ${least} to ${most}`);
    return value;
  };
  return {
    benches: positionals,
    rounds: figure('rounds'),
    seconds: figure('seconds'),
    wallets: figure('wallets'),
    journalRows: figure('journal-rows'),
    oldReservations: figure('old-reservations'),
    holds: figure('holds'),
    calls: figure('calls'),
    minutes: figure('minutes'),
    checkEvery: figure('check-every'),
    reports: values.reports,
  };
}

// What parseArgs returns follows from the options given to it.
function parsed(args: readonly string[]) {
  try {
    return parse(args);
  } catch (fault) {
    throw new UsageError((fault as Error).message); // an unknown flag, or one without its value
  }
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      wallets: { type: 'string', default: '10000' },
      'journal-rows': { type: 'string', default: '10000000' },
      'old-reservations': { type: 'string', default: '5000000' },
      holds: { type: 'string', default: '50000' },
      calls: { type: 'string', default: '100000' },
      minutes: { type: 'string', default: '5' },
      'check-every': { type: 'string', default: '60' },
      reports: { type: 'string', default: 'reports' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });

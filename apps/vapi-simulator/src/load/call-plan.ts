import type { CallKind } from '../calls/simulated-call';
import { SeededRandom } from '../chance/seeded-random';
import { durationDistribution } from './duration-distribution';
import { priceOfMs, type RateCard } from './price-oracle';

export type SharingPolicy = 'protect' | 'strict';

export interface PlanOptions {
  seed: string;
  calls: number;
  wallets: number;
  poorPercent: number;
  duration: string;
  longestSeconds: number;
  /** Relative weights. */
  kinds: Record<CallKind, number>;
  unansweredPercent: number;
  policy: SharingPolicy;
}

export interface PlannedWallet {
  label: string;
  poor: boolean;
  card: RateCard;
  topUpPence: number;
  estimatedMinutes: number;
}

export interface PlannedCall {
  label: string;
  wallet: number;
  kind: CallKind;
  answered: boolean;
  ringSeconds: number;
  talkMs: number;
  /** Pause before the caller dials, simulated. */
  pauseMs: number;
}

export interface CallPlan {
  wallets: PlannedWallet[];
  calls: PlannedCall[];
}

const CARDS: readonly RateCard[] = [
  { pencePerMinute: 56, incrementSeconds: 60, minimumSeconds: 0, connectionFeePence: 0 },
  { pencePerMinute: 49.5, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 },
  { pencePerMinute: 120, incrementSeconds: 30, minimumSeconds: 30, connectionFeePence: 5 },
];

/** A call whose report got lost keeps its hold, and the hold keeps growing until the engine asks: rich means above that. */
const RICH_SPARE_SECONDS = 3_600;
/** Poor wallets hold this or less per call: small holds let more calls in at once, and then they have to be cut. */
const STANDARD_ESTIMATE_MINUTES = 5;
/** What a poor wallet has, of what its calls would cost. Below and above one increment, and sometimes nothing at all. */
const POOREST_SHARE = 0.05;
const LEAST_POOR_SHARE = 0.75;
const PENNILESS_PERCENT = 10;

/** The whole plan from the seed alone: no clock, no network, no ids. */
export function planCalls(options: PlanOptions): CallPlan {
  const random = new SeededRandom(options.seed);
  const durationMs = durationDistribution(options.duration, options.longestSeconds);
  const calls = Array.from({ length: options.calls }, (_, index): PlannedCall => {
    const chance = random.fork(`call ${index + 1}`);
    return {
      label: `call ${index + 1}`,
      wallet: chance.whole(0, options.wallets - 1),
      kind: weighted(chance, options.kinds),
      answered: !chance.chance(options.unansweredPercent),
      ringSeconds: chance.between(0.5, 6),
      talkMs: durationMs(chance),
      pauseMs: Math.round(chance.between(0, 5_000)),
    };
  });
  const wallets = Array.from({ length: options.wallets }, (_, index) => {
    const own = calls.filter(({ wallet }) => wallet === index);
    return planWallet(random.fork(`wallet ${index + 1}`), `wallet ${index + 1}`, own, options);
  });
  return { wallets, calls };
}

function planWallet(chance: SeededRandom, label: string, calls: PlannedCall[], options: PlanOptions): PlannedWallet {
  const card = chance.pick(CARDS);
  const poor = chance.chance(options.poorPercent);
  const cost = calls.reduce((sum, { talkMs }) => sum + priceOfMs(card, talkMs), 0);
  const spare = calls.length * priceOfMs(card, RICH_SPARE_SECONDS * 1000);
  const share = chance.between(POOREST_SHARE, LEAST_POOR_SHARE);
  const penniless = chance.chance(PENNILESS_PERCENT);
  const poorEstimate = chance.whole(1, STANDARD_ESTIMATE_MINUTES);
  return {
    label,
    poor,
    card,
    topUpPence: poor ? (penniless ? 0 : Math.ceil(cost * share)) : cost + spare,
    estimatedMinutes: poor ? poorEstimate : richEstimate(options.policy, calls),
  };
}

/** In strict mode a call's own hold is its cap: a rich wallet's hold must cover its longest call, or it would be cut. */
function richEstimate(policy: SharingPolicy, calls: PlannedCall[]): number {
  if (policy === 'protect') return STANDARD_ESTIMATE_MINUTES;
  const longestMs = Math.max(0, ...calls.map(({ talkMs }) => talkMs));
  return Math.max(STANDARD_ESTIMATE_MINUTES, Math.ceil(longestMs / 60_000));
}

function weighted(random: SeededRandom, weights: Record<CallKind, number>): CallKind {
  const entries = Object.entries(weights) as [CallKind, number][];
  let left = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  return entries.find(([, weight]) => (left -= weight) < 0)?.[0] ?? 'inboundPhoneCall';
}

import { MAX_PENCE, type Pence } from './money';

/** Price of a call. Immutable: a reservation keeps the version it was opened with. */
export interface RateCard {
  readonly id: string;
  readonly version: number;
  /** Ten-thousandths of a penny per minute (56p = 560 000), so that four decimals need no float. 0 … 10^10. */
  readonly pencePerMinuteE4: number;
  /** Seconds are billed in whole increments of this size. 1 … 3 600. */
  readonly incrementSeconds: number;
  /** A call that lasted at all is billed for at least this long. 0 … 3 600. */
  readonly minimumSeconds: number;
  /** Added once to every call that lasted at all. 0 … 10^9 pence. */
  readonly connectionFeePence: Pence;
}

/** Decimals of `pencePerMinute` that are kept. */
export const RATE_DECIMALS = 4;
/** 1 000 000 pence a minute: far above any tariff, and small enough that no call can cost more than MAX_PENCE. */
export const MAX_RATE_E4 = 10_000_000_000;
/** An hour: coarser billing than that is a mistake in the tariff. */
export const MAX_INCREMENT_SECONDS = 3_600;
/** 10 million pounds: a typing error, not a fee. */
export const MAX_CONNECTION_FEE_PENCE: Pence = 1_000_000_000;
/** Vapi's own longest call (12 h); no hold grants more. */
export const MAX_GRANTED_SECONDS = 43_200;
/** 30 days: no call lasts longer, so a longer duration is a fault of whoever reports it. */
export const MAX_BILLABLE_SECONDS = 2_592_000;

/** 60 seconds × 10^4: what one unit of `pencePerMinuteE4 × seconds` must be divided by to give pence. */
const E4_SECONDS_PER_MINUTE = 600_000n;

export interface Price {
  /** Whole increments, in seconds. */
  readonly billedSeconds: number;
  readonly costPence: Pence;
}

/**
 * What a call of this length costs: the only place in Holdfast where a duration becomes money.
 * Rounds up exactly once (ceil of the increments' price).
 * @param seconds 0 … {@link MAX_BILLABLE_SECONDS}, fractions allowed. Throws RangeError outside.
 */
export function priceOf(card: RateCard, seconds: number): Price {
  if (!(seconds >= 0 && seconds <= MAX_BILLABLE_SECONDS)) throw new RangeError(`not a billable duration: ${seconds}`);
  if (seconds === 0) return { billedSeconds: 0, costPence: 0 };
  const increments = Math.ceil(Math.max(Math.ceil(seconds), card.minimumSeconds) / card.incrementSeconds);
  const billedSeconds = increments * card.incrementSeconds;
  const exact = BigInt(billedSeconds) * BigInt(card.pencePerMinuteE4);
  const roundedUp = (exact + E4_SECONDS_PER_MINUTE - 1n) / E4_SECONDS_PER_MINUTE;
  return { billedSeconds, costPence: card.connectionFeePence + Number(roundedUp) };
}

/**
 * How long a call may last on this much money: the exact inverse of {@link priceOf}.
 * The largest whole s with price(s) ≤ pence, never above {@link MAX_GRANTED_SECONDS}.
 */
export function secondsFor(card: RateCard, pence: Pence): number {
  const forTalk = Math.min(pence, MAX_PENCE) - card.connectionFeePence;
  if (forTalk < 0) return 0;
  if (card.pencePerMinuteE4 === 0) return MAX_GRANTED_SECONDS;
  const pricePerIncrement = BigInt(card.incrementSeconds) * BigInt(card.pencePerMinuteE4);
  const increments = Number((BigInt(forTalk) * E4_SECONDS_PER_MINUTE) / pricePerIncrement); // floor: not yet paid is not granted
  const seconds = increments * card.incrementSeconds;
  return seconds < card.minimumSeconds ? 0 : Math.min(seconds, MAX_GRANTED_SECONDS);
}

/** Reads `56.25` as 562 500. Undefined for more than four decimals, negatives, and anything above the limit. */
export function rateToE4(pencePerMinute: number): number | undefined {
  const match = /^(\d+)(?:\.(\d{1,4}))?$/.exec(String(pencePerMinute));
  if (!match) return undefined;
  const e4 = Number(match[1]) * 10 ** RATE_DECIMALS + Number((match[2] ?? '').padEnd(RATE_DECIMALS, '0'));
  return e4 <= MAX_RATE_E4 ? e4 : undefined;
}

/** The inverse of {@link rateToE4}, for showing. */
export function rateFromE4(e4: number): number {
  return e4 / 10 ** RATE_DECIMALS;
}

/**
 * The money rules of the product, written a second time on purpose: a judge must not ask the accused what is right.
 * Whole pence, one rounding, upward.
 */
export interface RateCard {
  /** Up to 4 decimals. */
  pencePerMinute: number;
  incrementSeconds: number;
  minimumSeconds: number;
  connectionFeePence: number;
}

const LONGEST_SECONDS = 43_200;
const TEN_THOUSANDTHS = 10_000;

/** What a call of this length costs, in pence. */
export function priceOfMs(card: RateCard, talkedMs: number): number {
  if (talkedMs <= 0) return 0;
  const wholeSeconds = Math.ceil(talkedMs / 1000);
  const seconds = Math.max(wholeSeconds, card.minimumSeconds);
  const increments = BigInt(Math.ceil(seconds / card.incrementSeconds));
  const rate = BigInt(Math.round(card.pencePerMinute * TEN_THOUSANDTHS));
  const divisor = BigInt(60 * TEN_THOUSANDTHS);
  const talk = (increments * BigInt(card.incrementSeconds) * rate + divisor - 1n) / divisor;
  return card.connectionFeePence + Number(talk);
}

/** The longest call, in whole seconds, that this much money pays for. */
export function secondsFor(card: RateCard, pence: number): number {
  let paid = 0;
  let tooLong = LONGEST_SECONDS + 1;
  while (tooLong - paid > 1) {
    const middle = Math.floor((paid + tooLong) / 2);
    if (priceOfMs(card, middle * 1000) <= pence) paid = middle;
    else tooLong = middle;
  }
  return paid;
}

import { priceOf, secondsFor, type Pence, type RateCard } from '@holdfast/kernel';

export interface HoldSize {
  readonly pence: Pence;
  readonly seconds: number;
  /** Money was short: fewer seconds than asked for. */
  readonly partial: boolean;
}

/**
 * How much to hold for so many seconds of talk with so much money: all of it, else the largest whole number of
 * increments the money allows, else nothing (null).
 */
export function sizeHold(card: RateCard, seconds: number, spendablePence: Pence): HoldSize | null {
  const { costPence } = priceOf(card, seconds);
  if (costPence <= spendablePence) return { pence: costPence, seconds, partial: false };
  const affordable = secondsFor(card, spendablePence);
  if (affordable === 0) return null;
  return { pence: priceOf(card, affordable).costPence, seconds: affordable, partial: true };
}

/**
 * How much to add to a hold so that its call may last until `untilSeconds`; null when not one increment more fits.
 * Priced as a whole, so that slices add up to exactly the price of the call they grant.
 */
export function sizeSlice(
  card: RateCard,
  heldPence: Pence,
  untilSeconds: number,
  spendablePence: Pence,
): HoldSize | null {
  const whole = sizeHold(card, untilSeconds, heldPence + spendablePence);
  if (whole === null || whole.pence <= heldPence) return null;
  return { pence: whole.pence - heldPence, seconds: whole.seconds, partial: whole.partial };
}

import fc from 'fast-check';
import { MAX_PENCE } from './money';
import { MAX_GRANTED_SECONDS, priceOf, secondsFor, type RateCard } from './rate-card';

const standard: RateCard = {
  id: 'card',
  version: 1,
  pencePerMinuteE4: 560_000,
  incrementSeconds: 60,
  minimumSeconds: 0,
  connectionFeePence: 0,
};

/** Ordinary tariffs, and every corner of what a card may say. */
const anyCard: fc.Arbitrary<RateCard> = fc.record({
  id: fc.constant('card'),
  version: fc.constant(1),
  pencePerMinuteE4: fc.oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.integer({ min: 0, max: 10_000_000_000 })),
  incrementSeconds: fc.oneof(fc.constantFrom(1, 6, 20, 30, 60), fc.integer({ min: 1, max: 3_600 })),
  minimumSeconds: fc.oneof(fc.constantFrom(0, 1, 30, 60), fc.integer({ min: 0, max: 3_600 })),
  connectionFeePence: fc.oneof(fc.constantFrom(0, 1, 25), fc.integer({ min: 0, max: 1_000_000_000 })),
});
/** Small sums, sums of a day's calls, and anything a wallet may hold. */
const anyPence = fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 10_000_000 }), fc.maxSafeNat());
const cost = (card: RateCard, seconds: number): number => priceOf(card, seconds).costPence;
const RUNS = { numRuns: 20_000 };

describe('granted seconds', () => {
  it.each([
    [0, 0],
    [55, 0],
    [56, 60],
    [111, 60],
    [112, 120],
    [280, 300],
    [40_320, 43_200],
    [40_319, 43_140],
    [MAX_PENCE, 43_200],
    [-1, 0],
    [-MAX_PENCE, 0],
  ])('for %dp at 56/60/0/0 are %d', (pence, seconds) => {
    expect(secondsFor(standard, pence)).toBe(seconds);
  });

  it.each([
    ['a fee that cannot be paid grants nothing', { connectionFeePence: 100 }, 99, 0],
    ['a fee leaves less to talk for', { connectionFeePence: 100 }, 156, 60],
    ['less than the minimum grants nothing', { minimumSeconds: 120 }, 111, 0],
    ['the minimum is granted as soon as it can be paid', { minimumSeconds: 120 }, 112, 120],
    ['a free call lasts as long as any call may', { pencePerMinuteE4: 0 }, 0, 43_200],
    ['a free call with a fee needs the fee', { pencePerMinuteE4: 0, connectionFeePence: 5 }, 4, 0],
  ])('%s', (_, change, pence, seconds) => {
    expect(secondsFor({ ...standard, ...change }, pence)).toBe(seconds);
  });

  it('are the largest that the money pays for: price(seconds(p)) ≤ p < price(seconds(p) + 1)', () => {
    const inverse = fc.property(anyCard, anyPence, (card, pence) => {
      const seconds = secondsFor(card, pence);
      if (cost(card, seconds) > pence) return false;
      return seconds === MAX_GRANTED_SECONDS || pence < cost(card, seconds + 1);
    });
    fc.assert(inverse, RUNS);
  });

  it('give every second that was paid for: seconds(price(s)) ≥ s', () => {
    const paidFor = fc.property(anyCard, fc.integer({ min: 0, max: MAX_GRANTED_SECONDS }), (card, seconds) => {
      return secondsFor(card, cost(card, seconds)) >= seconds;
    });
    fc.assert(paidFor, RUNS);
  });

  it('never shrink when there is more money, nor does the price when the call is longer', () => {
    const monotonic = fc.property(anyCard, anyPence, anyPence, fc.nat(86_400), fc.nat(86_400), (card, p, q, s, t) => {
      if (secondsFor(card, Math.max(p, q)) < secondsFor(card, Math.min(p, q))) return false;
      return cost(card, Math.max(s, t)) >= cost(card, Math.min(s, t));
    });
    fc.assert(monotonic, RUNS);
  });

  it('are whole and between 0 and 12 hours, prices are whole and exact', () => {
    const anySeconds = fc.double({ min: 0, max: 2_592_000, noNaN: true });
    const whole = fc.property(anyCard, anyPence, anySeconds, (card, pence, seconds) => {
      const granted = secondsFor(card, pence);
      if (!Number.isInteger(granted) || granted < 0 || granted > MAX_GRANTED_SECONDS) return false;
      return Number.isSafeInteger(cost(card, seconds)) && cost(card, seconds) === cost(card, Math.ceil(seconds));
    });
    fc.assert(whole, RUNS);
  });
});

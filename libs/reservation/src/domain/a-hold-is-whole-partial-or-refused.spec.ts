import { priceOf, secondsFor, type RateCard } from '@holdfast/kernel';
import fc from 'fast-check';
import { sizeHold, sizeSlice } from './hold-size';
import { STANDARD } from './rate-card.examples';

const FEE: RateCard = { ...STANDARD, connectionFeePence: 100 };
const MINIMUM: RateCard = { ...STANDARD, minimumSeconds: 120 };
const FREE: RateCard = { ...STANDARD, pencePerMinuteE4: 0 };

describe('a hold for five minutes', () => {
  it.each([
    ['is whole when there is enough', STANDARD, 10_000, { pence: 280, seconds: 300, partial: false }],
    ['is whole to the penny', STANDARD, 280, { pence: 280, seconds: 300, partial: false }],
    ['is partial in whole increments when money is short', STANDARD, 279, { pence: 224, seconds: 240, partial: true }],
    ['leaves what does not make an increment', STANDARD, 111, { pence: 56, seconds: 60, partial: true }],
    ['is refused when not one increment fits', STANDARD, 55, null],
    ['is refused without money', STANDARD, 0, null],
    ['counts the connection fee', FEE, 380, { pence: 380, seconds: 300, partial: false }],
    ['is partial with the fee included', FEE, 379, { pence: 324, seconds: 240, partial: true }],
    ['is refused when the fee leaves no increment', FEE, 155, null],
    ['is refused below the minimum', MINIMUM, 111, null],
    ['grants at least the minimum', MINIMUM, 112, { pence: 112, seconds: 120, partial: true }],
    ['of a free tariff needs no money', FREE, 0, { pence: 0, seconds: 300, partial: false }],
  ])('%s', (_, card, spendable, hold) => {
    expect(sizeHold(card, 300, spendable)).toEqual(hold);
  });
});

describe('a slice', () => {
  it.each([
    ['adds what is missing up to its target', 280, 600, 10_000, { pence: 280, seconds: 600, partial: false }],
    ['is whole to the penny', 280, 600, 280, { pence: 280, seconds: 600, partial: false }],
    ['shrinks to whole increments when money is short', 280, 600, 279, { pence: 224, seconds: 540, partial: true }],
    ['is refused when not one increment more fits', 280, 600, 55, null],
    ['is refused when the hold reaches its target already', 280, 300, 10_000, null],
    ['is refused when the hold reaches beyond its target', 560, 300, 10_000, null],
    [
      'completes a hold that a smaller sum had left odd',
      300,
      600,
      10_000,
      { pence: 260, seconds: 600, partial: false },
    ],
  ])('%s', (_, held, until, spendable, slice) => {
    expect(sizeSlice(STANDARD, held, until, spendable)).toEqual(slice);
  });

  it('pays the connection fee no second time', () => {
    expect(sizeSlice(FEE, 380, 600, 10_000)).toEqual({ pence: 280, seconds: 600, partial: false });
  });
});

const anyCard: fc.Arbitrary<RateCard> = fc.record({
  id: fc.constant('card'),
  version: fc.constant(1),
  pencePerMinuteE4: fc.integer({ min: 1, max: 2_000_000 }),
  incrementSeconds: fc.oneof(fc.constantFrom(1, 6, 30, 60), fc.integer({ min: 1, max: 3_600 })),
  minimumSeconds: fc.constantFrom(0, 0, 30, 61),
  connectionFeePence: fc.constantFrom(0, 0, 1, 25),
});
const anySeconds = fc.integer({ min: 1, max: 43_200 });
const anyMoney = fc.oneof(fc.nat(1_000), fc.nat(100_000));

describe('over all tariffs and sums', () => {
  it('a hold never costs more than there is, and grants the seconds it says', () => {
    const affordable = fc.property(anyCard, anySeconds, anyMoney, (card, seconds, money) => {
      const hold = sizeHold(card, seconds, money);
      if (hold === null) return priceOf(card, 1).costPence > money;
      if (hold.pence > money || secondsFor(card, hold.pence) < hold.seconds) return false;
      return hold.partial ? hold.seconds < seconds : hold.seconds === seconds;
    });
    fc.assert(affordable, { numRuns: 10_000 });
  });

  it('a partial hold is the largest: one more increment could not be paid', () => {
    const largest = fc.property(anyCard, anySeconds, anyMoney, (card, seconds, money) => {
      const hold = sizeHold(card, seconds, money);
      if (!hold?.partial) return true;
      return hold.seconds % card.incrementSeconds === 0 && priceOf(card, hold.seconds + 1).costPence > money;
    });
    fc.assert(largest, { numRuns: 10_000 });
  });

  it('slices add up to exactly the price of the call they grant', () => {
    const steps = fc.array(anySeconds, { maxLength: 12 });
    const exact = fc.property(anyCard, steps, anyMoney, (card, targets, money) => {
      let held = 0;
      for (const target of targets.sort((a, b) => a - b)) {
        const slice = sizeSlice(card, held, target, money - held);
        if (slice === null) continue;
        held += slice.pence;
        if (held > money || slice.pence < 1) return false;
        if (held !== priceOf(card, slice.seconds).costPence) return false;
      }
      return true;
    });
    fc.assert(exact, { numRuns: 5_000 });
  });
});

import { MAX_BILLABLE_SECONDS, priceOf, type RateCard } from './rate-card';

function card(pencePerMinute: number, incrementSeconds = 60, minimumSeconds = 0, connectionFeePence = 0): RateCard {
  const pencePerMinuteE4 = Math.round(pencePerMinute * 10_000);
  return { id: 'card', version: 1, pencePerMinuteE4, incrementSeconds, minimumSeconds, connectionFeePence };
}

const STANDARD = card(56);

describe('the price of a call', () => {
  it.each([
    [0, 0, 0],
    [0.001, 60, 56],
    [1, 60, 56],
    [59.999, 60, 56],
    [60, 60, 56],
    [60.001, 120, 112],
    [61, 120, 112],
    [180, 180, 168],
    [300, 300, 280],
    [600, 600, 560],
    [43_200, 43_200, 40_320],
  ])('of %d s at 56/60/0/0 is billed as %d s for %dp', (seconds, billedSeconds, costPence) => {
    expect(priceOf(STANDARD, seconds)).toEqual({ billedSeconds, costPence });
  });

  it.each([
    ['a minimum raises a short call', card(56, 60, 120), 1, { billedSeconds: 120, costPence: 112 }],
    ['a minimum leaves a longer call alone', card(56, 60, 120), 121, { billedSeconds: 180, costPence: 168 }],
    ['a minimum is itself rounded up to increments', card(60, 20, 30), 1, { billedSeconds: 40, costPence: 40 }],
    [
      'a minimum does not charge a call that never lasted',
      card(56, 60, 120, 25),
      0,
      { billedSeconds: 0, costPence: 0 },
    ],
    ['a connection fee is added once', card(56, 60, 0, 25), 61, { billedSeconds: 120, costPence: 137 }],
    ['a fee alone is charged for a free minute', card(0, 60, 0, 25), 7, { billedSeconds: 60, costPence: 25 }],
    ['per-second billing rounds the sum up, not each second', card(56, 1), 61, { billedSeconds: 61, costPence: 57 }],
    [
      'fractions of a second are rounded up before the increments',
      card(56, 1),
      60.2,
      { billedSeconds: 61, costPence: 57 },
    ],
    ['a 6-second increment', card(10, 6), 13, { billedSeconds: 18, costPence: 3 }],
    ['four decimals are kept', card(0.0001, 60), 600_000, { billedSeconds: 600_000, costPence: 1 }],
    [
      'one ten-thousandth over a penny is two pence',
      card(0.0001, 60),
      600_001,
      { billedSeconds: 600_060, costPence: 2 },
    ],
    ['an exact price gains no penny from floats', card(0.67, 60), 6_000, { billedSeconds: 6_000, costPence: 67 }],
    ['an exact price is not rounded', card(1.1, 60), 600, { billedSeconds: 600, costPence: 11 }],
  ])('%s', (_, tariff, seconds, price) => {
    expect(priceOf(tariff, seconds)).toEqual(price);
  });

  it('stays a whole number of pence at every extreme of a card', () => {
    const dearest = card(1_000_000, 3_600, 3_600, 1_000_000_000);
    expect(priceOf(dearest, MAX_BILLABLE_SECONDS)).toEqual({
      billedSeconds: MAX_BILLABLE_SECONDS,
      costPence: 44_200_000_000,
    });
  });

  it.each([-1, -0.001, NaN, Infinity, -Infinity, MAX_BILLABLE_SECONDS + 1])('is never computed for %d s', (seconds) => {
    expect(() => priceOf(STANDARD, seconds)).toThrow(RangeError);
  });
});

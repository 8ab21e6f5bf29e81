import { priceOfMs, type RateCard, secondsFor } from './price-oracle';

const PRODUCT: RateCard = { pencePerMinute: 56, incrementSeconds: 60, minimumSeconds: 0, connectionFeePence: 0 };

describe('the price oracle', () => {
  it.each([
    [0, 0],
    [1, 56],
    [60, 56],
    [61, 112],
    [180, 168],
    [300, 280],
  ])('prices %i s at %i p on the standard card', (seconds, pence) => {
    expect(priceOfMs(PRODUCT, seconds * 1000)).toBe(pence);
  });

  it('rounds a started second up, then to the minimum, then to the increment, and adds the fee', () => {
    const card = { pencePerMinute: 49.5, incrementSeconds: 6, minimumSeconds: 30, connectionFeePence: 5 };
    expect(priceOfMs(card, 1)).toBe(5 + 25);
    expect(priceOfMs(card, 30_000)).toBe(5 + 25);
    expect(priceOfMs(card, 30_001)).toBe(5 + 30);
  });

  it('inverts exactly', () => {
    const cards = [PRODUCT, { pencePerMinute: 0.0001, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 3 }];
    for (const card of cards) {
      for (const pence of [0, 2, 3, 4, 55, 56, 111, 112, 280, 5_000]) {
        const seconds = secondsFor(card, pence);
        expect(priceOfMs(card, seconds * 1000)).toBeLessThanOrEqual(pence);
        if (seconds < 43_200) expect(priceOfMs(card, (seconds + 1) * 1000)).toBeGreaterThan(pence);
      }
    }
  });
});

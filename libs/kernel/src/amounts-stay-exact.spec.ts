import fc from 'fast-check';
import { isAmount, isExact, MAX_PENCE } from './money';

describe('an amount', () => {
  it.each([1, 2 ** 31, 2 ** 32 + 1, 9_007_199_254_740_991])('may be %d', (amount) => {
    expect(isAmount(amount)).toBe(true);
  });

  it.each([0, -0, -1, 1.5, NaN, Infinity, 2 ** 53, 2 ** 63, 1e21, '1', null, undefined, 1n, [], {}, true])(
    'is never %p',
    (value) => {
      expect(isAmount(value)).toBe(false);
    },
  );
});

describe('a sum', () => {
  it('of two amounts is recognised as inexact exactly when it leaves ±(2^53 − 1)', () => {
    const recognised = fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
      const exact = BigInt(a) + BigInt(b);
      return isExact(a + b) === (exact <= BigInt(MAX_PENCE) && exact >= -BigInt(MAX_PENCE));
    });
    const edges: [number, number][] = [
      [MAX_PENCE, 0],
      [MAX_PENCE, 1],
      [MAX_PENCE, MAX_PENCE],
      [-MAX_PENCE, -1],
    ];
    fc.assert(recognised, { numRuns: 10_000, examples: edges });
  });
});

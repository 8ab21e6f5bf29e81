import fc from 'fast-check';
import { MAX_RATE_E4, rateFromE4, rateToE4 } from './rate-card';

describe('a rate per minute', () => {
  it.each([
    [56, 560_000],
    [56.25, 562_500],
    [0, 0],
    [-0, 0],
    [0.1, 1_000],
    [0.0001, 1],
    [1.005, 10_050],
    [4.35, 43_500],
    [1_000_000, MAX_RATE_E4],
  ])('of %dp is kept as %d ten-thousandths', (pence, e4) => {
    expect(rateToE4(pence)).toBe(e4);
  });

  it.each([0.00001, 56.00001, -1, -0.0001, 1_000_000.0001, 1e21, 1e-7, NaN, Infinity, -Infinity])(
    'of %d is refused',
    (pence) => {
      expect(rateToE4(pence)).toBeUndefined();
    },
  );

  it('is shown exactly as it was given', () => {
    const shown = fc.property(fc.integer({ min: 0, max: MAX_RATE_E4 }), (e4) => rateToE4(rateFromE4(e4)) === e4);
    fc.assert(shown, { numRuns: 10_000 });
  });
});

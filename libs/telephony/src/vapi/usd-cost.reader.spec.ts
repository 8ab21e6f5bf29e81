import { readUsdCost } from './usd-cost.reader';

test.each<[unknown, string | undefined]>([
  [0.2137, '0.2137'],
  [0, '0'],
  [0.1 + 0.2, '0.30000000000000004'],
  [0.00000004, '0.00000004'],
  [1e-13, '0'],
  [12, '12'],
  [-0.01, undefined],
  [1e9, undefined],
  [Infinity, undefined],
  [NaN, undefined],
  ['0.2137', undefined],
  [null, undefined],
])('a cost of %p dollars is kept as %p', (given, expected) => {
  expect(readUsdCost(given)).toBe(expected);
});

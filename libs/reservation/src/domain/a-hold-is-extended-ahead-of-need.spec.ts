import { extensionTarget } from './extension-policy';

const POLICY = { lookaheadSeconds: 60, sliceSeconds: 300 };

describe('a hold of 300 s', () => {
  it.each([
    ['reaches far enough at the start', 0, null],
    ['reaches far enough with more than one look left', 239, null],
    ['is extended with exactly one look left', 240, 600],
    ['is extended with less than one look left', 299.5, 600],
    ['is extended when just used up', 300, 600],
    ['is extended from where the call is when it has overrun', 420.2, 721],
  ])('%s (%d s)', (_, elapsed, target) => {
    expect(extensionTarget(elapsed, 300, POLICY)).toBe(target);
  });

  it('is not extended again by asking again', () => {
    const target = extensionTarget(250, 300, POLICY) as number;
    expect(extensionTarget(250, target, POLICY)).toBeNull();
  });
});

describe('a hold of nothing', () => {
  it('is extended to the first slice', () => {
    expect(extensionTarget(0, 0, POLICY)).toBe(300);
  });
});

describe('the longest call', () => {
  it.each([
    ['is extended up to 12 hours and no further', 43_000, 43_050, 43_200],
    ['is extended no more at 12 hours', 43_190, 43_200, null],
    ['is extended no more beyond 12 hours', 50_000, 43_200, null],
  ])('%s', (_, elapsed, granted, target) => {
    expect(extensionTarget(elapsed, granted, POLICY)).toBe(target);
  });
});

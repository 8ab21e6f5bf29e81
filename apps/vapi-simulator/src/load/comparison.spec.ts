import { compareRuns } from './comparison';
import type { CallCharge, RunReport } from './run-report';

const CLEAN: CallCharge[] = [
  { call: 'call 1', talkedMs: 61_000, pricePence: 112, chargedPence: 112 },
  { call: 'call 2', talkedMs: 10_000, pricePence: 56, chargedPence: 56 },
];

const run = (name: string, charges: CallCharge[], failures: string[] = []) => ({
  name,
  report: { charges, failures } as unknown as RunReport,
});

const compare = (charges: CallCharge[], failures: string[] = []) => {
  const { runs, failures: said } = compareRuns([run('no faults', CLEAN), run('faults', charges, failures)]);
  return { ...runs[1]!, said };
};

describe('two runs of one plan', () => {
  it('are equal when every call was charged the same', () => {
    expect(compare(CLEAN)).toMatchObject({ comparableCalls: 2, otherCalls: 0, differencePence: 0, said: [] });
  });

  it('differ by a penny on one call', () => {
    const found = compare([CLEAN[0]!, { ...CLEAN[1]!, chargedPence: 57 }]);
    expect(found).toMatchObject({ differencePence: 1, chargedDifferently: ['call 2 (56p, 57p)'] });
    expect(found.said).toEqual(['faults: charged differently: call 2 (56p, 57p)']);
  });

  it('differ although the sums agree, when what one call paid too much another paid too little', () => {
    const found = compare([
      { ...CLEAN[0]!, chargedPence: 111 },
      { ...CLEAN[1]!, chargedPence: 57 },
    ]);
    expect(found.differencePence).toBe(0);
    expect(found.said).toHaveLength(1);
  });

  it('say which calls cannot be compared: those that lasted differently, or took place in one of them only', () => {
    expect(compare([{ ...CLEAN[0]!, talkedMs: 60_000, chargedPence: 56 }])).toMatchObject({
      comparableCalls: 0,
      otherCalls: 2,
      said: ['faults: no call can be compared'],
    });
  });

  it('fail when one of them failed', () => {
    expect(compare(CLEAN, ['5p still held']).said).toEqual(['faults: 5p still held']);
  });
});

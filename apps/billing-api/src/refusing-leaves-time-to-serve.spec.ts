import { RefusalTurn } from './refusal-turn';

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const work = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until;);
};

describe('refusals that wait for their turn', () => {
  it('are all written in the end, in order', async () => {
    const refusals = new RefusalTurn();
    const written: number[] = [];
    for (let i = 0; i < 100; i++) refusals.after(() => written.push(i));
    for (let turns = 0; turns < 100 && written.length < 100; turns++) await turnOfTheLoop();
    expect(written).toEqual(Array.from({ length: 100 }, (_, i) => i));
    refusals.after(() => written.push(100));
    await turnOfTheLoop();
    await turnOfTheLoop();
    expect(written).toHaveLength(101);
  });

  it('take little of the time from what else is to be done', async () => {
    const refusals = new RefusalTurn();
    let refusingMs = 0;
    for (let i = 0; i < 2_000; i++) {
      refusals.after(() => {
        work(0.2);
        refusingMs += 0.2;
      });
    }
    await turnOfTheLoop(); // the first turn, after a long time without any
    refusingMs = 0;
    let otherMs = 0;
    for (let turns = 0; turns < 10; turns++) {
      work(20);
      otherMs += 20;
      await turnOfTheLoop();
    }
    expect(refusingMs).toBeGreaterThan(0);
    expect(refusingMs).toBeLessThan(otherMs * 0.1);
  });

  it('do not stop everything else after a long time without any', async () => {
    const refusals = new RefusalTurn();
    let written = 0;
    for (let i = 0; i < 1_000; i++) {
      refusals.after(() => {
        work(0.2);
        written += 1;
      });
    }
    await turnOfTheLoop();
    await turnOfTheLoop();
    expect(written).toBeLessThan(500);
  });
});

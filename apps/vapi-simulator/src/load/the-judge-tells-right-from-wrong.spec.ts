import { PassThrough } from 'node:stream';
import { type ToyManner, type ToyMistake, ToyEngine } from '../testing/toy-engine';
import { freePort } from './engine-process';
import { ProgressLine } from './progress-line';
import { readRunOptions } from './run-options';
import type { RunReport } from './run-report';
import { reportTable } from './report-table';
import { simulate } from './simulation';

const SMALL_RUN =
  '--calls 30 --wallets 4 --poor 50 --concurrency 10 --kinds inbound=1 --duration uniform:20-400 --policy strict ' +
  '--seed 3 --speed 400 --settle-seconds 2 --admin-key any --webhook-secret any';

describe('the judge of a run tells right from wrong', () => {
  async function run(manner: ToyManner, more = ''): Promise<RunReport> {
    const port = await freePort();
    const engine = await new ToyEngine(manner, `http://127.0.0.1:${port}`).start();
    const args = `${SMALL_RUN} --port ${port} --engine ${engine.url} ${more}`.trim().split(' ');
    try {
      const silent = new ProgressLine(new PassThrough() as unknown as NodeJS.WriteStream);
      return await simulate(readRunOptions(args, {}, 'run')!, silent);
    } finally {
      await engine.close();
    }
  }

  it('says yes to an honest engine', async () => {
    const report = await run('honest');
    expect(report.failures).toEqual([]);
    expect(report).toMatchObject({ calls: 30, leakPence: 0, leakBoundPence: 0, overchargedPence: 0 });
    expect(report.refused).toBeGreaterThan(0);
    expect(report.cut).toBeGreaterThan(0);
    expect(report.secondsPaid).toBeCloseTo(report.secondsTalked, 0);
    expect(reportTable(report)).toContain('OK:');
  });

  it('finds the same money with and without faults when nobody is cut', async () => {
    const clean = await run('honest', '--poor 0');
    const faulty = await run('honest', '--poor 0 --lost 20 --duplicated 20 --reordered 20 --late 10 --late-seconds 60');
    expect(clean.failures).toEqual([]);
    expect(faulty.failures).toEqual([]);
    expect(faulty.penceCharged).toBe(clean.penceCharged);
    expect(clean.penceCharged).toBe(clean.pencePriced);
  });

  it('says yes to an engine that finds by itself, some time later, what it was not told', async () => {
    const report = await run('finds every third call late', '--poor 0');
    expect(report.failures).toEqual([]);
    expect(report.settlement).toMatchObject({ settled: true, unaccounted: [] });
    expect(report.settlement.afterSeconds).toBeGreaterThan(1);
  });

  it.each<[ToyMistake, string]>([
    ['charges twice', 'not charged exactly once'],
    ['drops every third report', 'not charged exactly once'],
    ['caps charges at the hold', 'not charged exactly once'],
    ['has no cap', 'leak above its bound'],
  ])('says no to an engine that %s', async (mistake, complaint) => {
    const report = await run(mistake);
    expect(report.failures.join('; ')).toContain(complaint);
    expect(reportTable(report)).toContain('FAILED');
  });
});

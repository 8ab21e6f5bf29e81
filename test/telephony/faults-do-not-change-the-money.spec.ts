import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { compareFaults } from '../../apps/vapi-simulator/src/load/compare-faults';
import type { Comparison } from '../../apps/vapi-simulator/src/load/comparison';
import { comparisonTable } from '../../apps/vapi-simulator/src/load/comparison-table';
import { ProgressLine } from '../../apps/vapi-simulator/src/load/progress-line';
import { readRunOptions } from '../../apps/vapi-simulator/src/load/run-options';
import { freshDatabase, type FreshDatabase } from '../support/database';

/** Nobody is poor, so nobody is refused or cut: every call lasts as long as it was planned, and has one right price. */
const PLAN = '--calls 30 --concurrency 30 --wallets 3 --poor 0 --duration uniform:20-240 --seed 7 --speed 120';
const FAULTS = '--lost 20 --duplicated 20 --reordered 20 --kill-engine-at 0.5';
const ENGINE = join(__dirname, '..', 'support', 'engine-from-sources.cjs');
/** Three runs, four starts of an engine that is compiled as it starts. */
const TIMEOUT_MS = 90_000;

describe('lost, doubled and disordered messages, and an engine killed by kill -9 among them', () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await freshDatabase('faults');
  });
  afterAll(() => database.drop());

  async function compare(policy: 'protect' | 'strict'): Promise<Comparison> {
    const args = `${PLAN} ${FAULTS} --policy ${policy} --engine-main ${ENGINE}`.split(' ');
    args.push('--engine-env', `DATABASE_URL=${database.url}`);
    const silent = new ProgressLine(new PassThrough() as unknown as NodeJS.WriteStream);
    return compareFaults(readRunOptions(args, {}, `${policy}-run`)!, silent);
  }

  // Under strict, outbound and web calls are reserved first: their messages find the hold by signed metadata.
  it.each(['strict'] as const)(
    'leave every call charged as without them, to the penny, under %s',
    async (policy) => {
      const comparison = await compare(policy);
      const [clean, faulty, killed] = comparison.runs;
      expect(comparison.failures).toEqual([]);
      expect(clean!.report).toMatchObject({ leakPence: 0, engineKills: 0, refused: 0, cut: 0 });
      expect(clean!.report.webhooks.lost).toBe(0);
      expect(faulty!.report.webhooks.lost).toBeGreaterThan(10);
      expect(faulty!).toMatchObject({ comparableCalls: 30, otherCalls: 0, differencePence: 0, chargedDifferently: [] });
      expect(faulty!.report.penceCharged).toBe(clean!.report.pencePriced);
      expect(killed!).toMatchObject({ differencePence: 0, chargedDifferently: [] });
      expect(killed!.report.engineKills).toBe(1);
      expect(killed!.comparableCalls).toBeGreaterThan(15); // callers whom a dead engine did not answer are not charged
      expect(comparisonTable(comparison)).toContain('OK:');
    },
    TIMEOUT_MS,
  );
});

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { testSettings } from '../support/engine';
import { CallRecords } from './support/call-records';
import { sql } from './support/database-access';
import { eventually } from './support/eventually';
import { KilledEngines } from './support/killed-engines';
import { history, ROUNDS, TenantHistory } from './support/tenant-histories';

/** Histories that are played at once, and hit by the same kills: starting an engine takes longer than any of them. */
const AT_ONCE = 12;
/** More by `HISTORIES=1000 npm test -- whatever-is-killed`. What is hit depends on milliseconds: a seed alone repeats nothing. */
const STORMS = Math.ceil(Number(process.env.HISTORIES ?? 36) / AT_ONCE);
const TIMEOUT_MS = 90_000 + STORMS * 30_000;

/** When so many requests were sent, and then so many milliseconds later, or the very moment that the last is answered. */
const kill = fc.noBias(
  fc.record({
    afterRequests: fc.nat(40),
    thenMs: fc.oneof(fc.nat(10), fc.constant('answered' as const)),
    places: fc.constantFrom([0], [1], [0, 1]),
  }),
);
const storm = fc.record({
  histories: fc.array(history, { minLength: AT_ONCE, maxLength: AT_ONCE }),
  kills: fc.array(kill, { minLength: ROUNDS, maxLength: ROUNDS }),
  /** What the dead left undone is run again before the calls are reported, or only after everything. */
  undoneFirst: fc.boolean(),
});
type Storm = typeof storm extends fc.Arbitrary<infer S> ? S : never;

describe('whatever happens to calls while engines die by kill -9 in the middle of it', () => {
  let folder: string;
  let database: FreshDatabase;
  let engines: KilledEngines;
  let records: CallRecords;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-killed-'));
    chmodSync(folder, 0o755);
    database = await freshDatabase('kills');
    records = await CallRecords.open();
    const settings = testSettings(database.url, folder);
    const vapi = { ...settings.vapi, apiKey: 'the-vapi-key-of-this-test', baseUrl: records.url };
    engines = await KilledEngines.start(2, { ...settings, vapi }, folder);
  }, 60_000);

  afterAll(async () => {
    await engines.stop();
    await records.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As half a minute later, when a delivery without an outcome counts as left behind: an engine finds it by itself. */
  async function undoneIsDone(): Promise<void> {
    await sql(database.url, `update webhook_delivery_log set retry_at = now() where status = 'received'`);
    const left = `select id, type, status, error from webhook_delivery_log where status = 'received' or retry_at is not null`;
    await eventually(async () => expect(await sql(database.url, left)).toEqual([]));
  }

  async function play({ histories, kills, undoneFirst }: Storm): Promise<void> {
    const plays = await Promise.all(histories.map((one) => TenantHistory.of(engines, records, one)));
    for (const [round, kill] of kills.entries()) {
      engines.willBeKilled(kill);
      await Promise.all(plays.map((one) => one.play(round)));
      await engines.areBack();
    }
    if (undoneFirst) await undoneIsDone();
    await Promise.all(plays.map((one) => one.end()));
    if (!undoneFirst) await undoneIsDone();
    await Promise.all(plays.map((one) => one.isOver()));
    await Promise.all(plays.map((one) => one.isSound()));
    expect(await engines.operator().violations()).toEqual([]);
  }

  it(
    'each is charged once, nothing stays held for it, and what was answered has happened',
    async () => {
      await fc.assert(fc.asyncProperty(storm, play), { numRuns: STORMS, endOnFailure: true });
      expect(engines.killed).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

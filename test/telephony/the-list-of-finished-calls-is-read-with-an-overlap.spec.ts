import { SchedulerRegistry } from '@nestjs/schedule';
import { dataSourceOptions, type EngineClock, type Settings } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import type { CallLookup } from '../../libs/telephony/src/application/call-lookup.port';
import { PollFinishedCalls } from '../../libs/telephony/src/application/poll-finished-calls';
import type { CallRecovery } from '../../libs/telephony/src/application/recover-calls';
import { SqlRecoveryProgress } from '../../libs/telephony/src/infrastructure/sql-recovery-progress';
import { freshDatabase, type FreshDatabase } from '../support/database';

const NOW = new Date('2026-11-26T12:00:00Z');
const secondsAgo = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000);

describe('Vapi’s list of finished calls', () => {
  let database: FreshDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await freshDatabase('overlap');
    source = await new DataSource(dataSourceOptions(database.url)).initialize();
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  /** Where the next poll reads on, after one that could not read everything but got so far. */
  async function afterReadingUntil(readUntil: Date | undefined): Promise<Date | null> {
    await source.query('truncate recovery_progress');
    const progress = new SqlRecoveryProgress(source);
    await progress.begin(0, secondsAgo(7_200)); // an engine that was away
    const listed = { outcome: 'listed', calls: [], readUntil } as const;
    const lookup = { endedSince: () => Promise.resolve(listed) } as unknown as CallLookup;
    const clock = { now: () => Promise.resolve(NOW) } as EngineClock;
    const nobody = {} as CallRecovery; // no call is listed
    const settings = { timeScale: 1 } as Settings;
    await new PollFinishedCalls(progress, nobody, clock, settings, new SchedulerRegistry(), lookup).poll();
    return progress.begin(0, NOW);
  }

  // A call that ended less than a minute ago is left to its report, and one may be listed late: both are read again.
  it.each([
    ['all of it', undefined, secondsAgo(600)],
    ['up to half a minute ago', secondsAgo(30), secondsAgo(600)],
    ['up to an hour ago', secondsAgo(3_600), secondsAgo(3_600)],
  ])('is read on where it was not read for ten minutes yet, after %s was read', async (_, readUntil, next) => {
    expect(await afterReadingUntil(readUntil)).toEqual(next);
  });
});

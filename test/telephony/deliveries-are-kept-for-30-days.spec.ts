import { SchedulerRegistry } from '@nestjs/schedule';
import { type EngineClock, dataSourceOptions, Metrics, type Settings } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import { SqlDeliveryLog } from '../../libs/telephony/src/infrastructure/sql-delivery-log';
import type { DeliveryProcessor } from '../../libs/telephony/src/vapi/process-delivery';
import { RetryDeliveries } from '../../libs/telephony/src/vapi/retry-deliveries';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { eventually } from './support/eventually';

const HOUR_MS = 3_600_000;
/** More than one chunk of the sweep. */
const MANY = 5_001;

describe('the delivery log', () => {
  let database: FreshDatabase;
  let source: DataSource;
  let log: SqlDeliveryLog;

  beforeAll(async () => {
    const engine = await startTestEngine({ databaseUrl: (database = await freshDatabase('retention')).url });
    await engine.stop();
    source = await new DataSource(dataSourceOptions(database.url)).initialize();
    log = new SqlDeliveryLog(source, { databaseUrl: database.url, timeScale: 1 } as Settings, new Metrics());
  });

  afterAll(async () => {
    await log.onApplicationShutdown();
    await source.destroy();
    await database.drop();
  });

  const insert = (name: string, daysAgo: number, status: string, rows = 1): Promise<object[]> =>
    sql(
      database.url,
      `insert into webhook_delivery_log (id, received_at, type, status, attempts, headers, payload)
       select gen_random_uuid(), clock_timestamp() - make_interval(days => $2), $1, $3, 1, '{}', '{}'
       from generate_series(1, $4)`,
      [name, daysAgo, status, rows],
    );

  it('is rid every hour of what came more than 30 days ago, however much and whatever came of it, and of nothing else', async () => {
    await insert('old', 31, 'processed', MANY);
    await insert('old', 31, 'failed');
    await insert('recent', 29, 'processed');
    await insert('recent', 29, 'failed');
    const timers = jest.spyOn(globalThis, 'setInterval').mockReturnValue({} as NodeJS.Timeout);
    const clock = { now: () => Promise.resolve(new Date()) } as EngineClock;
    const job = new RetryDeliveries(log, {} as DeliveryProcessor, clock, {} as Settings, new SchedulerRegistry());
    job.start();
    const hourly = timers.mock.calls.filter(([, everyMs]) => everyMs === HOUR_MS).map(([sweep]) => sweep);
    timers.mockRestore();
    expect(hourly).toHaveLength(1);

    (hourly[0] as () => void)();

    await eventually(async () => {
      const left = await sql<{ type: string }>(database.url, 'select type from webhook_delivery_log');
      expect(left.map(({ type }) => type)).toEqual(['recent', 'recent']);
    });
  });
});

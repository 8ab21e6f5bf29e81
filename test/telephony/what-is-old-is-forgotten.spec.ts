import { SchedulerRegistry } from '@nestjs/schedule';
import { type EngineClock, dataSourceOptions, Metrics, type Settings } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import { ForgetWhatIsOld } from '../../libs/telephony/src/application/forget-what-is-old';
import { SqlCallBook } from '../../libs/telephony/src/infrastructure/sql-call-book';
import { SqlDeliveryLog } from '../../libs/telephony/src/infrastructure/sql-delivery-log';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { eventually } from './support/eventually';

const HOUR_MS = 3_600_000;
/** More than one chunk of the sweep. */
const MANY = 5_001;

describe('what is old is forgotten', () => {
  let database: FreshDatabase;
  let source: DataSource;
  let log: SqlDeliveryLog;
  let book: SqlCallBook;

  beforeAll(async () => {
    const engine = await startTestEngine({ databaseUrl: (database = await freshDatabase('retention')).url });
    await engine.stop();
    source = await new DataSource(dataSourceOptions(database.url)).initialize();
    const settings = { databaseUrl: database.url, timeScale: 1 } as Settings;
    log = new SqlDeliveryLog(source, settings, new Metrics());
    book = new SqlCallBook(source, settings, new Metrics());
  });

  afterAll(async () => {
    await log.onApplicationShutdown();
    await book.onApplicationShutdown();
    await source.destroy();
    await database.drop();
  });

  const deliver = (name: string, daysAgo: number, status: string, rows = 1): Promise<object[]> =>
    sql(
      database.url,
      `insert into webhook_delivery_log (id, received_at, type, status, attempts, headers, payload)
       select gen_random_uuid(), clock_timestamp() - make_interval(days => $2), $1, $3, 1, '{}', '{}'
       from generate_series(1, $4)`,
      [name, daysAgo, status, rows],
    );

  const tell = (callId: string, daysAgo: number, kind: string, rows = 1): Promise<object[]> =>
    sql(
      database.url,
      `insert into call_events (call_id, org_id, at, kind)
       select $1, gen_random_uuid(), clock_timestamp() - make_interval(days => $2), $3 from generate_series(1, $4)`,
      [callId, daysAgo, kind, rows],
    );

  const left = async (): Promise<object> => ({
    deliveries: (await sql<{ type: string }>(database.url, 'select type from webhook_delivery_log')).map((d) => d.type),
    stories: (await sql<{ call_id: string }>(database.url, 'select call_id from call_events')).map((e) => e.call_id),
  });
  const RECENT = { deliveries: ['recent', 'recent'], stories: ['recent', 'recent'] };

  /** As the engine starts it, with what it then does every hour. */
  function started(): { job: ForgetWhatIsOld; everyHour: () => void } {
    const timers = jest.spyOn(globalThis, 'setInterval').mockReturnValue({} as NodeJS.Timeout);
    const clock = { now: () => Promise.resolve(new Date()) } as EngineClock;
    const job = new ForgetWhatIsOld(log, book, clock, new SchedulerRegistry());
    job.start();
    const hourly = timers.mock.calls.filter(([, everyMs]) => everyMs === HOUR_MS).map(([sweep]) => sweep);
    timers.mockRestore();
    expect(hourly).toHaveLength(1);
    return { job, everyHour: hourly[0] as () => void };
  }

  it('deliveries after 30 days, parts of stories after 120, however many and whatever came of it, and nothing else', async () => {
    await deliver('old', 31, 'processed', MANY);
    await deliver('old', 31, 'failed');
    await deliver('recent', 29, 'processed');
    await deliver('recent', 29, 'failed');
    await tell('old', 121, 'checked', MANY);
    await tell('old', 121, 'cut');
    await tell('recent', 119, 'checked');
    await tell('recent', 119, 'cut');

    const { job, everyHour } = started();
    await eventually(async () => expect(await left()).toEqual(RECENT));

    await deliver('late', 31, 'processed');
    await tell('late', 121, 'warned');
    everyHour();
    await eventually(async () => expect(await left()).toEqual(RECENT));
    await job.onModuleDestroy();
  });

  it('never a delivery that is still to be run, nor, for as long again, one that was given up when it was old', async () => {
    const deliverLate = (name: string, status: string, state: string): Promise<object[]> =>
      sql(
        database.url,
        `insert into webhook_delivery_log (id, received_at, type, status, headers, payload, retry_at, processed_at)
         select gen_random_uuid(), clock_timestamp() - interval '400 days', $1, $2, '{}', '{}', ${state}`,
        [name, status],
      );
    const LONG_AGO = `clock_timestamp() - interval '399 days'`;
    await deliverLate('left by an engine that was away', 'received', `${LONG_AGO}, null`);
    await deliverLate('failed, and due again', 'failed', `${LONG_AGO}, ${LONG_AGO}`);
    await deliverLate('given up just now', 'failed', `null, clock_timestamp() - interval '29 days'`);
    await deliverLate('given up long ago', 'failed', `null, clock_timestamp() - interval '31 days'`);
    await deliverLate('done', 'processed', `null, ${LONG_AGO}`);

    const { job } = started();
    await eventually(async () => {
      const { deliveries } = (await left()) as { deliveries: string[] };
      expect(deliveries.filter((name) => name !== 'recent').sort()).toEqual([
        'failed, and due again',
        'given up just now',
        'left by an engine that was away',
      ]);
    });
    await job.onModuleDestroy();
  });
});

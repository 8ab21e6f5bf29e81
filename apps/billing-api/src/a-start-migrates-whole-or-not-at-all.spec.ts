import { migrate } from '@holdfast/platform';
import { Client } from 'pg';
import { whyItDidNotStart } from './why-it-did-not-start';
import { MIGRATIONS } from '../../../migrations';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database';
import { eventually } from '../../../test/telephony/support/eventually';

const ALL = MIGRATIONS.map(({ name }) => name);

describe('the schema of a database at a start', () => {
  let database: FreshDatabase;
  let client: Client;

  beforeEach(async () => {
    database = await freshDatabase('migration');
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const tables = async (): Promise<unknown[]> =>
    (await client.query(`select from information_schema.tables where table_schema = 'public'`)).rows;
  const emptied = (): Promise<unknown> => client.query('drop schema public cascade; create schema public');

  /** Does something with a migration that waits for a lock, on a connection of its own. */
  async function whileItWaits(something: string): Promise<void> {
    const other = new Client({ connectionString: database.url });
    await other.connect();
    const waiting = `select count(${something})::integer as waiting from pg_stat_activity
      where datname = current_database() and application_name = 'holdfast-migrations' and wait_event_type = 'Lock'`;
    await eventually(async () => expect((await other.query(waiting)).rows).toEqual([{ waiting: 1 }]));
    await other.end();
  }

  it('is made by one of several engines that start at once', async () => {
    await emptied();
    const ran = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(ran.sort((a, b) => b.length - a.length)).toEqual([ALL, [], []]);
  });

  it('is made whole by the next start, when one was killed in the middle', async () => {
    await emptied();
    await client.query('begin');
    await client.query('create table calls (in_its_way boolean)'); // the fifth migration waits here
    const killed = migrate(database.url).catch((fault: Error) => fault);
    await whileItWaits('pg_terminate_backend(pid)');
    expect(await killed).toBeInstanceOf(Error);
    await client.query('rollback');
    expect(await tables()).toEqual([]);
    expect(await migrate(database.url)).toEqual(ALL);
  });

  it('is changed beside an engine at work, and neither fails', async () => {
    await client.query('drop index idx_credit_res_named');
    await client.query('create index idx_credit_res_vapi_call on credit_reservations (vapi_call_id, org_id)');
    await client.query(`delete from migrations where name like 'WhatNamesACall%'`);
    await client.query('begin');
    await client.query('select from wallets for update');
    await client.query('select from credit_reservations');
    const migrated = migrate(database.url).catch((fault: Error) => fault);
    await whileItWaits('*');
    await client.query('update credit_reservations set version = version + 1');
    await client.query('commit');
    expect(await migrated).toEqual([expect.stringMatching('WhatNamesACall')]);
  });

  it('that a newer build has made is refused in one line, and left as it is', async () => {
    await client.query(`delete from migrations where name = $1`, [ALL.at(-1)]);
    await client.query(`insert into migrations (timestamp, name) values (1900000000000, 'OfTheFuture1900000000000')`);
    const fault = await migrate(database.url).catch((refused: unknown) => refused);
    expect(whyItDidNotStart(fault, { DATABASE_URL: database.url })).toMatch(
      /^DATABASE_URL: a newer Holdfast [^\n]*OfTheFuture[^\n]*$/,
    );
    const { rows } = await client.query('select name from migrations where name = $1', [ALL.at(-1)]);
    expect(rows).toEqual([]);
  });

  it('that ran migrations before they were changed gets what was added to them', async () => {
    await client.query(`delete from migrations where name like 'WhatWasAdded%'`);
    const index = async (): Promise<unknown[]> =>
      (await client.query(`select pg_get_indexdef('idx_credit_res_named'::regclass) as made`)).rows;
    const asMade = await index();
    await client.query('alter table calls drop column leased_until');
    await client.query('drop index idx_credit_res_named');
    await client.query(
      'create index idx_credit_res_named on credit_reservations (vapi_call_id, org_id, created_at) where call_id <> vapi_call_id',
    );
    await migrate(database.url);
    expect(await index()).toEqual(asMade);
    await client.query('select leased_until from calls');
  });
});

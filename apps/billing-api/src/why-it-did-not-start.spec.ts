import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { migrate, refuseOldPostgres } from '@holdfast/platform';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database';
import { asAdministrator } from '../../../test/support/test-server-access';
import { Client } from 'pg';
import { SettingsError } from './read-settings';
import { whyItDidNotStart } from './why-it-did-not-start';

const faultOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (fault: unknown) => fault,
  );

/** The schema taken away, so that there is something to migrate. */
async function emptied(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('drop schema public cascade');
  await client.query('create schema public');
  await client.query('grant usage on schema public to public');
  await client.end();
}

const GIVEN = { DATABASE_URL: 'postgres://127.0.0.1:1/db' };

const listening = (port: number, host: string): Promise<unknown> =>
  once(createServer().listen(port, host), 'listening');

describe('a start that fails says in one line what to change', () => {
  it.each([
    ['nobody has the name', 'postgres://u@no-such-host.invalid/db'],
    ['nobody listens', 'postgres://u@127.0.0.1:1/db'],
    ['nobody listens at any of its addresses', 'postgres://u@localhost:1/db'],
    ['the socket is not there', 'postgres:///db?host=/no/such/folder'],
  ])('DATABASE_URL when %s', async (_, url) => {
    const why = whyItDidNotStart(await faultOf(migrate(url)), { DATABASE_URL: url });
    expect(why).toMatch(/^DATABASE_URL: \S[^\n]*$/);
  });

  it('DATABASE_URL when nobody answers in time', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const fault = await faultOf(migrate(`postgres://u@127.0.0.1:${port}/db`));
    expect(whyItDidNotStart(fault, GIVEN)).toMatch(/^DATABASE_URL: \S[^\n]*$/);
    silent.close();
  });

  it.each([
    ['13.22', 'PostgreSQL 15 or newer is needed, this is 13.22'],
    ['14.23 (Debian 14.23-1)', 'PostgreSQL 15 or newer is needed, this is 14.23 (Debian 14.23-1)'],
  ])('DATABASE_URL when the server is of version %s', async (version, why) => {
    const fault = await faultOf(Promise.resolve(version).then(refuseOldPostgres));
    expect(whyItDidNotStart(fault, GIVEN)).toBe(`DATABASE_URL: ${why}`);
    for (const good of ['15.14', '18.4', '19beta1']) expect(() => refuseOldPostgres(good)).not.toThrow();
  });

  describe('DATABASE_URL', () => {
    const ROLE = 'start_without_rights';
    let database: FreshDatabase;

    beforeAll(async () => {
      database = await freshDatabase('start');
      await asAdministrator((client) => client.query(`drop role if exists ${ROLE}`));
      await asAdministrator((client) => client.query(`create role ${ROLE} login password 'r'`));
    });

    afterAll(async () => {
      await database.drop();
      await asAdministrator((client) => client.query(`drop role ${ROLE}`));
    });

    it.each([
      ['when its user may do nothing there', { username: ROLE, password: 'r' }, 'permission denied'],
      ['when there is no schema to make tables in', { search: '?options=-c%20search_path%3Dnowhere' }, 'no schema'],
      ['when the server has no TLS', { search: '?sslmode=verify-full' }, 'The server does not support SSL connections'],
      [
        'when it takes no writes',
        { search: '?options=-c%20default_transaction_read_only=on' },
        'read-only transaction',
      ],
    ])('%s', async (_, change, words) => {
      const url = Object.assign(new URL(database.url), change).href;
      const why = whyItDidNotStart(await faultOf(emptied(database.url).then(() => migrate(url))), GIVEN);
      expect(why).toMatch(new RegExp(`^DATABASE_URL: [^\\n]*${words}[^\\n]*$`));
    });
  });

  it.each(['/dev/null', '/dev/null/sub'])('HOLDFAST_DATA when it is %s', async (HOLDFAST_DATA) => {
    const fault = await faultOf(Promise.resolve().then(() => mkdirSync(HOLDFAST_DATA, { recursive: true })));
    expect(whyItDidNotStart(fault, { HOLDFAST_DATA })).toMatch(/^HOLDFAST_DATA: [^\n]+$/);
    expect(whyItDidNotStart(fault, { HOLDFAST_DATA: '/dev/nul' })).not.toMatch(/HOLDFAST_DATA/);
  });

  it.each(['/proc/no-such', '/proc/no-such/sub'])('HOLDFAST_DATA when it cannot be made: %s', (HOLDFAST_DATA) => {
    const path = '/proc/no-such';
    const fault = Object.assign(new Error(`ENOENT: mkdir '${path}'`), { code: 'ENOENT', syscall: 'mkdir', path });
    expect(whyItDidNotStart(fault, { HOLDFAST_DATA })).toBe(`HOLDFAST_DATA: ENOENT: mkdir '${path}'`);
  });

  it.each(['ENOSPC: no space left on device, write', 'initdb failed: FATAL: x: No space left on device\nchild exited'])(
    'HOLDFAST_DATA when its disk is full: %j',
    (message) => {
      const [line] = message.split('\n');
      expect(whyItDidNotStart(new Error(message), {})).toBe(`HOLDFAST_DATA: its disk is full (${line})`);
      expect(whyItDidNotStart(new Error(message), GIVEN)).not.toMatch(/HOLDFAST_DATA/);
    },
  );

  it('HOLDFAST_DATA when the server that says no is the embedded one', () => {
    const fault = Object.assign(new Error('password authentication failed'), { code: '28P01' });
    expect(whyItDidNotStart(fault, {})).toBe(
      'HOLDFAST_DATA: the embedded PostgreSQL there: password authentication failed',
    );
  });

  it('HOST when this machine has no such address, or there is no such name', async () => {
    const fault = await faultOf(listening(0, '192.0.2.1'));
    expect(whyItDidNotStart(fault, { HOST: '192.0.2.1' })).toMatch(/^HOST: [^\n]*this machine has no such address$/);
    const unknown = await faultOf(listening(0, 'no-such-host.invalid'));
    expect(whyItDidNotStart(unknown, { HOST: 'no-such-host.invalid' })).toMatch(/^HOST: [^\n]+$/);
  });

  it('PORT when another listens there', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const fault = await faultOf(listening((other.address() as AddressInfo).port, '127.0.0.1'));
    expect(whyItDidNotStart(fault, {})).toMatch(/^PORT: [^\n]+$/);
    other.close();
  });

  it('the setting that was refused, and of anything else its own words', () => {
    expect(whyItDidNotStart(new SettingsError('PORT: wrong'), {})).toBe('PORT: wrong');
    expect(whyItDidNotStart(new Error('out of luck'), {})).toBe('out of luck');
    expect(whyItDidNotStart(new Error('out of luck'), { LOG_LEVEL: 'debug' })).toContain('at ');
  });
});

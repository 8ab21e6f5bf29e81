import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './start-embedded-postgres';

describe('the embedded PostgreSQL', () => {
  let parent: string;
  let directory: string;
  let running: EmbeddedPostgres | undefined;

  // one cluster for all: making one takes a second, starting it a tenth of that
  beforeAll(() => {
    parent = mkdtempSync(join(tmpdir(), 'holdfast-embedded-'));
    chmodSync(parent, 0o755); // under root the server's account must get in
    directory = join(parent, 'pg');
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  const start = async (settings: Record<string, string> = { fsync: 'off' }): Promise<EmbeddedPostgres> =>
    (running = await startEmbeddedPostgres({ directory, settings }));

  it('keeps its data over a stop and a start, durable by default', async () => {
    await start({});
    await query('create table kept (value text)');
    await query(`insert into kept values ('still here')`);
    expect(await valueOf('show fsync')).toBe('on');
    expect(await valueOf('show synchronous_commit')).toBe('on');
    expect(await valueOf('show full_page_writes')).toBe('on');
    const { pid } = running!;
    await running!.stop();
    await running!.stop(); // a repeat does nothing
    await running!.exited;
    expect(existsSync(`/proc/${pid}`)).toBe(false);

    await start();
    expect(await valueOf('select value from kept')).toBe('still here');
  });

  it('takes settings, which win over the durable defaults', async () => {
    await start({ synchronous_commit: 'off', max_connections: '17' });
    expect(await valueOf('show synchronous_commit')).toBe('off');
    expect(await valueOf('show max_connections')).toBe('17');
  });

  it('lets nobody in without the password, which only its accounts can read', async () => {
    await start();
    const url = new URL(running!.url());
    expect(url.hostname).toBe('127.0.0.1');
    expect(url.password).toHaveLength(43);
    url.password = 'guess';
    await expect(connect(url.href)).rejects.toThrow('password authentication failed');
    url.password = '';
    await expect(connect(url.href)).rejects.toThrow('password');
  });

  it('refuses a second start on the same folder in one line that names the holder', async () => {
    await start();
    await expect(startEmbeddedPostgres({ directory })).rejects.toThrow(
      `The data folder ${directory} is in use by this very process: stop that one first, or set DATABASE_URL.`,
    );
    expect(await valueOf('select 1')).toBe(1);
  });

  it('ignores the claim of a process that is dead, even when its pid lives again', async () => {
    writeFileSync(`${directory}.owner`, JSON.stringify({ pid: process.pid, birth: 'in another life' }));
    await start();
    expect(JSON.parse(readFileSync(`${directory}.owner`, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('refuses a data folder of another version or with a broken PG_VERSION, and leaves it alone', async () => {
    await start();
    await running!.stop();
    const file = join(directory, 'PG_VERSION');
    for (const version of ['17\n', 'garbage', '']) {
      writeFileSync(file, version);
      await expect(start()).rejects.toThrow(/was made by PostgreSQL ".*", this is 18: move the folder away/);
      expect(readFileSync(file, 'utf8')).toBe(version);
      expect(existsSync(`${directory}.owner`)).toBe(false);
    }
    writeFileSync(file, '18\n');
  });

  it('says that the password is lost before it starts a server that would let nobody in', async () => {
    await start();
    await running!.stop();
    const password = readFileSync(`${directory}.password`);
    rmSync(`${directory}.password`);
    await expect(start()).rejects.toThrow(
      `The data folder ${directory} has lost its password: put ${directory}.password back.`,
    );
    expect(existsSync(join(directory, 'postmaster.pid'))).toBe(false);
    writeFileSync(`${directory}.password`, password, { mode: 0o600 });
    await start();
    expect(await valueOf('select 1')).toBe(1);
  });

  it('refuses a folder that holds something else', async () => {
    writeFileSync(join(parent, 'letter.txt'), 'dear diary');
    await expect(startEmbeddedPostgres({ directory: parent })).rejects.toThrow(
      'neither empty nor a PostgreSQL data folder',
    );
  });

  it('starts over when a process was killed inside initdb', async () => {
    const unfinished = `${directory}.unfinished-1`;
    await start();
    await running!.stop();
    rmSync(directory, { recursive: true });
    writeFileSync(unfinished, 'half a cluster');
    await start();
    expect(await valueOf('select 1')).toBe(1);
    expect(existsSync(unfinished)).toBe(false);
  });

  it('starts although the pid of a server lost in a power cut belongs to another program now', async () => {
    await start();
    await running!.stop();
    writeFileSync(join(directory, 'postmaster.pid'), `${process.pid}\n${directory}\n1\n5432\n\n127.0.0.1\n\nready\n`);
    await start();
    expect(running!.adopted).toBe(false);
    expect(await valueOf('select 1')).toBe(1);
  });

  it('says what is wrong when the wanted port is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    await expect(startEmbeddedPostgres({ directory, port })).rejects.toThrow(`Port ${port} is taken`);
    squatter.close();
  });

  async function connect(url: string): Promise<Client> {
    const client = new Client({ connectionString: url });
    await client.connect();
    return client;
  }

  async function query(sql: string): Promise<Record<string, unknown>[]> {
    const client = await connect(running!.url());
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async function valueOf(sql: string): Promise<unknown> {
    return Object.values((await query(sql))[0] ?? {})[0];
  }
});

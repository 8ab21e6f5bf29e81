import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '@holdfast/platform';
import { asAdministrator, onDatabase, TEST_SERVER, TEST_TEMPLATE } from './test-server-access';

/** Nothing here outlives the run, so nothing needs to reach a disk: 3-10 times faster. */
const VOLATILE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' } as const;
/** A race test opens dozens of connections, and a few files run at once. */
const MAX_CONNECTIONS = 200;
const FOLDER_PREFIX = 'holdfast-test-';

export interface TestServer {
  stop(): Promise<void>;
}

/**
 * One server per jest run, embedded unless TEST_DATABASE_URL names one (PostgreSQL 15 or newer, its account may create
 * databases), with one migrated template that each test file clones. Workers find both through the environment.
 */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { url: given, stop: () => Promise.resolve() } : await startVolatileServer();
  const template = `holdfast_test_${randomBytes(4).toString('hex')}`;
  process.env[TEST_SERVER] = server.url;
  process.env[TEST_TEMPLATE] = template;
  try {
    await asAdministrator((client) => client.query(`create database ${template}`));
    await migrate(onDatabase(server.url, template));
    // nobody may sit on the template: it can be cloned only while no connection uses it
    await asAdministrator((client) => client.query(`alter database ${template} allow_connections false`));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    stop: async () => {
      if (given) await dropDatabasesOf(template);
      await server.stop();
    },
  };
}

async function startVolatileServer(): Promise<{ url: string; stop(): Promise<void> }> {
  removeFoldersOfDeadRuns();
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  chmodSync(folder, 0o755); // under root the server runs as another account, which must get in
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const postgres = await startEmbeddedPostgres({
      directory: join(folder, 'pg'),
      authentication: 'trust',
      settings: { ...VOLATILE, max_connections: MAX_CONNECTIONS },
    });
    return { url: postgres.url(), stop: () => postgres.stop().finally(removeFolder) };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

/** A run that was killed leaves its folder (40 MB); its server has gone by itself. */
function removeFoldersOfDeadRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(FOLDER_PREFIX) ? Number(name.slice(FOLDER_PREFIX.length).split('-')[0]) : NaN;
    if (Number.isNaN(pid)) continue;
    try {
      process.kill(pid, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') continue;
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

/** On a server that stays: the template and the clones some test did not drop. */
function dropDatabasesOf(template: string): Promise<void> {
  return asAdministrator(async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [template],
    );
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
  });
}

import { randomBytes } from 'node:crypto';
import { asAdministrator, fromGlobalSetup, onDatabase, TEST_SERVER, TEST_TEMPLATE } from './test-server-access';

export interface FreshDatabase {
  /** A connection string: a superuser's on the embedded server. */
  url: string;
  /** Ends connections still open. Close your pools first: the pg driver reports a cut connection as an error. */
  drop(): Promise<void>;
}

/** PostgreSQL cuts names at 63 bytes, silently; the template's name and the random tail take 32. */
const NAME_LIMIT = 30;

/**
 * A database of your own with all migrations applied, cloned from the template in about 50-100 ms.
 * The name only helps when looking at pg_stat_activity. Usual place: beforeAll and afterAll of a file.
 */
export async function freshDatabase(name = 'db'): Promise<FreshDatabase> {
  const template = fromGlobalSetup(TEST_TEMPLATE);
  const word = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, NAME_LIMIT);
  const database = `${template}_${word}_${randomBytes(4).toString('hex')}`;
  // copying files beats writing the copy through the log (50-110 ms against 120-190) for a template this small
  await asAdministrator((client) =>
    client.query(`create database ${database} template ${template} strategy file_copy`),
  );
  return {
    url: onDatabase(fromGlobalSetup(TEST_SERVER), database),
    drop: () =>
      asAdministrator(async (client) => {
        await client.query(`drop database if exists ${database} with (force)`);
      }),
  };
}

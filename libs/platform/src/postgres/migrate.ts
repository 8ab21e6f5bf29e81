import { DataSource, type MigrationInterface } from 'typeorm';
import { MIGRATIONS } from '../../../../migrations';
import { COLUMN_TYPES } from './column-types';
import { runMissingMigrations } from './migrate-beside-engines';

const OWN_NAMES: readonly string[] = MIGRATIONS.map((migration) => migration.name);

/** Any number that no other program on the database takes: 'holdfast' in ASCII, folded to 31 bits. */
const MIGRATION_LOCK = 1_214_212_198;

/** The oldest major version of PostgreSQL that this build is tested on. */
export const OLDEST_POSTGRES = 15;

/** The server of DATABASE_URL is one that this build is not tested on. */
export class PostgresTooOldError extends Error {}

/** The database has the schema of a newer build, which this one does not know. */
export class DatabaseTooNewError extends Error {}

/**
 * @param version as `show server_version` answers, such as `14.23 (Debian 14.23-1)`
 * @throws PostgresTooOldError
 */
export function refuseOldPostgres(version: string): void {
  if (Number.parseInt(version, 10) >= OLDEST_POSTGRES) return;
  throw new PostgresTooOldError(`PostgreSQL ${OLDEST_POSTGRES} or newer is needed, this is ${version}`);
}

/**
 * Brings a database to the schema of this build. Replicas that start together wait for one another on a session lock;
 * all migrations of a start are one transaction.
 * @returns names of the migrations that ran here
 * @throws PostgresTooOldError, DatabaseTooNewError; then nothing was changed
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const database = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'holdfast-migrations',
    migrations: MIGRATIONS as unknown as (new () => MigrationInterface)[],
    migrationsTableName: 'migrations',
    extra: { max: 2, connectionTimeoutMillis: 5_000, types: COLUMN_TYPES },
    poolErrorHandler: () => undefined,
  });
  await database.initialize();
  const lock = database.createQueryRunner();
  try {
    const [server] = (await lock.query('show server_version')) as [{ server_version: string }];
    refuseOldPostgres(server.server_version);
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseNewerDatabase(database);
    return (await pendingMigrations(database)).length === 0 ? [] : await runMissingMigrations(database);
  } finally {
    await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await lock.release();
    await database.destroy();
  }
}

/** Migrations of this build that the database does not have yet. */
export async function pendingMigrations(database: DataSource): Promise<string[]> {
  const done = new Set(await doneMigrations(database));
  return OWN_NAMES.filter((name) => !done.has(name));
}

/** Migrations that the database has of a newer build. What they changed this one would not keep to. */
export async function unknownMigrations(database: DataSource): Promise<string[]> {
  return (await doneMigrations(database)).filter((name) => !OWN_NAMES.includes(name));
}

async function doneMigrations(database: DataSource): Promise<string[]> {
  const exists: { found: boolean }[] = await database.query(`select to_regclass('migrations') is not null as found`);
  if (!exists[0]?.found) return [];
  const rows: { name: string }[] = await database.query('select name from migrations order by id');
  return rows.map(({ name }) => name);
}

async function refuseNewerDatabase(database: DataSource): Promise<void> {
  const unknown = await unknownMigrations(database);
  if (unknown.length === 0) return;
  throw new DatabaseTooNewError(
    `a newer Holdfast has changed this database (${unknown.join(', ')}): start that one, or restore a backup from before it`,
  );
}

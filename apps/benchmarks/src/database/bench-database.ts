import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '@holdfast/platform';
import { Pool } from 'pg';

export interface BenchDatabase {
  readonly url: string;
  /** The postmaster: its CPU time, with its children's, is what PostgreSQL cost. */
  readonly pid: number;
  readonly version: string;
  /** For loading and checking, never for what is measured. */
  readonly admin: Pool;
  close(): Promise<void>;
}

/** What a shell says of a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** Everybody may pass through, since PostgreSQL never runs as root and then needs to reach its folder. */
const PASSABLE = 0o755;

/**
 * Files of 16 MB that the log is written to. A server that has run for one checkpoint uses its old files again; on a new one
 * whoever fills a file also makes the next and writes 16 MB of zeros to it (11 % of PostgreSQL's time on a hot wallet), which
 * is a matter of the server's first minutes. So they are made before anything is measured: as many as `max_wal_size` lets the
 * engine's own server keep.
 */
const LOG_FILES = 256;
const LOG_SIZE = '4GB';

/**
 * Rows that fill PostgreSQL's shared buffers (2 GB at the most) once: eight to a page, told apart from every other load by
 * being dropped again. The kernel clears each page of shared memory when it is first touched, and a virtual machine has to ask
 * its host for it; a server that has run for a day has all of its buffers. Without it a call on a hot wallet, 60 µs of
 * PostgreSQL in the first seconds, took 75 as soon as new buffers were needed.
 */
const FILLER_ROW_BYTES = 900;
const FILLER_ROWS_PER_PAGE = 8;

/**
 * An embedded PostgreSQL of the bench's own with the settings of the engine's: durable (fsync, synchronous_commit and
 * full_page_writes on). In a temporary folder that goes with it, also when the bench is interrupted.
 */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  chmodSync(folder, PASSABLE);
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const server = await startEmbeddedPostgres({ directory: join(folder, 'pg'), settings: { min_wal_size: LOG_SIZE } });
    const url = server.url();
    const admin = new Pool({ connectionString: url, max: 2 });
    admin.on('error', () => undefined);
    const close = async (): Promise<void> => {
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      await admin.end().catch(() => undefined);
      await server.stop();
      removeFolder();
    };
    const interrupted = (): void => {
      process.exitCode = INTERRUPTED;
      void close().finally(() => process.exit());
    };
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    await migrate(url);
    await touchBuffers(admin);
    await makeLogFiles(admin);
    const { rows } = await admin.query<{ server_version: string }>('show server_version');
    return { url, pid: server.pid, version: rows[0]?.server_version ?? '?', admin, close };
  } catch (fault) {
    removeFolder();
    throw fault;
  }
}

async function touchBuffers(admin: Pool): Promise<void> {
  await admin.query('create unlogged table filler (text text)'); // unlogged: none of the log's files is used up by it
  await admin.query(
    `insert into filler select repeat('x', $1) from generate_series(1, $2 * (
       select setting::bigint from pg_settings where name = 'shared_buffers'))`,
    [FILLER_ROW_BYTES, FILLER_ROWS_PER_PAGE],
  );
  await admin.query('drop table filler');
}

async function makeLogFiles(admin: Pool): Promise<void> {
  for (let file = 0; file < LOG_FILES; file++) {
    await admin.query(`select pg_logical_emit_message(false, 'bench', '')`); // an empty file is not switched
    await admin.query('select pg_switch_wal()');
  }
  await admin.query('checkpoint');
}

/** Opens a database for the length of the work. */
export async function withBenchDatabase<T>(work: (database: BenchDatabase) => Promise<T>): Promise<T> {
  const database = await openBenchDatabase();
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

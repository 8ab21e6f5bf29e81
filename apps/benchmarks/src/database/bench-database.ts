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

/** Everybody may pass through, since PostgreSQL never runs as root and then needs to reach its folder. */
const PASSABLE = 0o755;

/**
 * An embedded PostgreSQL of the bench's own with its defaults: durable (fsync and synchronous_commit on), 128 MB of
 * shared buffers. In a temporary folder that goes with it, also when the bench is interrupted.
 */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  chmodSync(folder, PASSABLE);
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const server = await startEmbeddedPostgres({ directory: join(folder, 'pg') });
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
    const interrupted = (): void => void close().finally(() => process.exit(130));
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    await migrate(url);
    const { rows } = await admin.query<{ server_version: string }>('show server_version');
    return { url, pid: server.pid, version: rows[0]?.server_version ?? '?', admin, close };
  } catch (fault) {
    removeFolder();
    throw fault;
  }
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

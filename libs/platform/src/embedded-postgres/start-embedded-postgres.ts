import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { credentialsOf, prepareDataFolder } from './data-folder';
import { claimDataFolder } from './data-folder-claim';
import { makeFolder } from './make-folder';
import { locateBinaries } from './platform-binaries';
import { runningPostmaster } from './postmaster-pid-file';
import { startPostmaster } from './postmaster-start';
import { stopPostmaster } from './postmaster-stop';
import { reachableDataFolder, runnableBinaries } from './reachable-place';
import { serverAccountFor } from './server-account';
import { sharedBuffersMb } from './server-memory';

export interface EmbeddedPostgresOptions {
  /** The data folder; made when missing. Its parent also gets files beginning with its name (log, password, owner). */
  directory: string;
  /** Default: a free one, chosen by the kernel. */
  port?: number;
  /** PostgreSQL settings. The defaults are durable: an acknowledged commit survives a power cut. */
  settings?: Readonly<Record<string, string | number>>;
  /** Of a data folder to be made: a random password (default), or everybody on this machine. */
  authentication?: 'password' | 'trust';
}

export interface EmbeddedPostgres {
  url(database?: string): string;
  readonly port: number;
  readonly pid: number;
  /** The folder really used: below /var/tmp when the server's account cannot reach the wanted one. */
  readonly directory: string;
  /** A dead process had left its server running on this folder; it was shut down in order and started anew. */
  readonly adopted: boolean;
  /** Resolves when the server has ended, by `stop` or by itself. */
  readonly exited: Promise<void>;
  /** Shuts the server down in order and gives the folder back. Close all pools first. May be called twice. */
  stop(): Promise<void>;
}

const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' } as const;
/**
 * Checkpoints come by time (every five minutes, spread over nearly all of them), not in a rush whenever 1 GB is full: with
 * 100 000 calls that was every minute. Taken only under such a load.
 */
const MAX_WAL_SIZE = '4GB';

/**
 * Starts the PostgreSQL that npm installed, on a data folder of its own, on 127.0.0.1.
 *
 * One folder, one process: a second start on a folder in use is refused in one line that names the holder, for two
 * owners of one server would stop it under each other. A server whose owner is dead is not shared but restarted: its
 * watchdog may be about to stop it, and its settings may be others than ours.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const installed = locateBinaries();
  const directory = reachableDataFolder(canonical(options.directory));
  const claim = await claimDataFolder(directory);
  try {
    const account = serverAccountFor(directory);
    const binaries = runnableBinaries(installed, account);
    const roomy = { shared_buffers: `${sharedBuffersMb()}MB`, max_wal_size: MAX_WAL_SIZE };
    const settings = { ...DURABLE, ...roomy, ...options.settings };
    const authentication = options.authentication ?? 'password';
    await prepareDataFolder({ directory, binaries, account, authentication, durable: settings.fsync === 'on' });

    const forsaken = runningPostmaster(directory);
    if (forsaken !== undefined) await stopPostmaster(forsaken, directory, binaries.pgCtl);
    const server = await startPostmaster({ directory, binaries, account, settings, port: options.port });

    const stop = async () => {
      await stopPostmaster(server.pid, directory, binaries.pgCtl);
      server.dismissWatchdog();
      claim.release();
    };
    let stopping: Promise<void> | undefined;
    const { pid, port, exited } = server;
    const credentials = credentialsOf(directory);
    return {
      url: (database = 'postgres') => `postgres://${credentials}@127.0.0.1:${port}/${database}`,
      port,
      pid,
      directory,
      adopted: forsaken !== undefined,
      exited,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** One name per folder, whatever links lead to it: claims and copies are found by name. */
function canonical(directory: string): string {
  const parent = dirname(resolve(directory));
  makeFolder(parent);
  return join(realpathSync(parent), basename(directory));
}

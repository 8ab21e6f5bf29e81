import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchOver } from './orphan-watchdog';
import type { PlatformBinaries } from './platform-binaries';
import { readPostmasterPidFile } from './postmaster-pid-file';
import type { ServerAccount } from './server-account';
import { serverEnvironment } from './server-environment';

/** Somebody else may take the port between our asking for one and PostgreSQL's using it; five times in a row, no. */
const PORT_ATTEMPTS = 5;
/** Ready in 40-200 ms, after a crash too; a long recovery on a slow disk may take much longer. */
const READY_LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 10;
const LOG_EXCERPT_CHARACTERS = 1_500;
const PORT_WAS_TAKEN = /could not (bind|create any TCP)/;

export interface PostmasterOptions {
  directory: string;
  binaries: PlatformBinaries;
  account: ServerAccount | undefined;
  port: number | undefined;
  settings: Readonly<Record<string, string | number>>;
}

export interface Postmaster {
  pid: number;
  port: number;
  exited: Promise<void>;
  /** To be called when the server is down: there is nothing left to watch. */
  dismissWatchdog(): void;
}

export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const logPath = `${options.directory}.log`;
    const child = launch(options, port, logPath);
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
    const dismissWatchdog = child.pid === undefined ? () => undefined : watchOver(child.pid);
    if (child.pid !== undefined && (await becomesReady(child, options.directory)))
      return { pid: child.pid, port, exited, dismissWatchdog };
    dismissWatchdog();
    const log = readFileSync(logPath, 'utf8').slice(-LOG_EXCERPT_CHARACTERS);
    const taken = PORT_WAS_TAKEN.test(log);
    if (taken && options.port === undefined && attempt < PORT_ATTEMPTS) continue;
    throw new Error(taken ? `Port ${port} is taken: PostgreSQL cannot listen on it.` : failure(logPath, log));
  }
}

/** Its own process group: Ctrl-C must end the application, which stops its database last. */
function launch({ directory, binaries, account, settings }: PostmasterOptions, port: number, logPath: string) {
  const log = openSync(logPath, 'w'); // of this run only: it cannot grow for ever
  const fixed = { listen_addresses: '127.0.0.1', unix_socket_directories: '', log_checkpoints: 'off' };
  const pairs = Object.entries({ ...fixed, ...settings });
  const args = ['-D', directory, '-p', String(port), ...pairs.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  try {
    const child = spawn(binaries.postgres, args, {
      ...account,
      cwd: directory,
      detached: true,
      stdio: ['ignore', log, log],
      env: serverEnvironment(),
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** The server writes its state into postmaster.pid: no log line to parse, no connection to try. */
async function becomesReady(child: ChildProcess, directory: string): Promise<boolean> {
  const until = Date.now() + READY_LIMIT_MS;
  while (child.exitCode === null && child.signalCode === null) {
    const file = readPostmasterPidFile(directory);
    if (file?.pid === child.pid && file?.ready) return true;
    if (Date.now() > until) {
      child.kill('SIGQUIT');
      return false;
    }
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}

function failure(logPath: string, log: string): string {
  return `The embedded PostgreSQL did not start (${logPath}):\n${log.trim()}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

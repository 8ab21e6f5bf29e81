import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** Ignores what a terminal sends, reads until our end of the pipe closes, then asks PostgreSQL for a fast shutdown. */
const SCRIPT = `trap '' INT TERM HUP; cat >/dev/null; kill -INT "$1"`;

/**
 * Stops PostgreSQL when this process ends in a way that runs no code (kill -9, out of memory): the kernel closes the
 * pipe then. Call the returned function once the server is down. Windows has no such thing; there the next start
 * finds the orphan and takes over.
 */
export function watchOver(postmaster: number): () => void {
  if (process.platform === 'win32') return () => undefined;
  const watchdog = spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(postmaster)], {
    detached: true, // out of the terminal's group
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  (watchdog.stdin as unknown as Socket).unref(); // a watchdog must not keep its process awake
  watchdog.stdin.on('error', () => undefined);
  watchdog.on('error', () => undefined);
  return () => watchdog.kill('SIGKILL');
}

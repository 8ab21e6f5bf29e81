import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { processBirth } from './process-birth';

/** A fast shutdown writes one checkpoint: 30-100 ms when idle, some seconds on a slow disk after heavy writing. */
const FAST_SHUTDOWN_LIMIT_MS = 30_000;
/** An immediate shutdown writes nothing; the next start recovers from the log. */
const IMMEDIATE_SHUTDOWN_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 10;

/** Shuts a server down and waits until its process is gone: fast first, at once when that takes too long. */
export async function stopPostmaster(pid: number, directory: string, pgCtl: string): Promise<void> {
  const birth = processBirth(pid);
  if (birth === undefined) return;
  if (process.platform === 'win32') {
    await promisify(execFile)(pgCtl, ['stop', '-D', directory, '-m', 'fast']); // signals there end a process at once
    return;
  }
  signal(pid, 'SIGINT');
  if (await isGone(pid, birth, FAST_SHUTDOWN_LIMIT_MS)) return;
  signal(pid, 'SIGQUIT');
  if (await isGone(pid, birth, IMMEDIATE_SHUTDOWN_LIMIT_MS)) return;
  throw new Error(`PostgreSQL (process ${pid}) on ${directory} does not stop.`);
}

async function isGone(pid: number, birth: string, limitMs: number): Promise<boolean> {
  const until = Date.now() + limitMs;
  while (processBirth(pid) === birth) {
    if (Date.now() > until) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

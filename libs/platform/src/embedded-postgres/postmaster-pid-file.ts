import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processBirth, processCommand } from './process-birth';

/** The parts of postmaster.pid that matter here: lines 1, 4 and 8. */
export interface PostmasterPidFile {
  pid: number;
  port: number;
  ready: boolean;
}

export function readPostmasterPidFile(directory: string): PostmasterPidFile | undefined {
  try {
    const lines = readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

/** The pid of the server running on this folder, whoever started it. */
export function runningPostmaster(directory: string): number | undefined {
  const file = readPostmasterPidFile(directory);
  if (!file || processBirth(file.pid) === undefined) return undefined;
  if (process.platform === 'win32' || processCommand(file.pid).includes(directory)) return file.pid;
  disown(directory);
  return undefined;
}

/**
 * After a power cut the pid in the file may belong to some other program by now, and PostgreSQL would refuse to start
 * because of it. It ignores the pid of its own parent, which we shall be: so put ours there and leave the rest, by
 * which it makes sure that no orphaned backend still uses the old shared memory.
 */
function disown(directory: string): void {
  const path = join(directory, 'postmaster.pid');
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, [String(process.pid), ...lines.slice(1)].join('\n'));
}

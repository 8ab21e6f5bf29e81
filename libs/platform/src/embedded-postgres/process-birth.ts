import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What is known of a process that runs but may not be looked at. */
const UNKNOWN = 'unknown';

/**
 * When a process began, in the operating system's own words; undefined when no such process runs.
 * A pid alone names nobody: after a reboot, and in containers at every start, the same numbers come back.
 * A zombie counts as gone: where process 1 does not reap, signal 0 would find it alive for ever.
 */
export function processBirth(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') return birthFromProc(pid);
  if (process.platform === 'win32') return answersSignalZero(pid) ? UNKNOWN : undefined;
  return birthFromPs(pid);
}

/** The command line of a running process; empty when it may not be read. */
export function processCommand(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function birthFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold blanks and brackets
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${fields[19]} ticks after boot ${bootId()}`;
  } catch {
    return answersSignalZero(pid) ? UNKNOWN : undefined; // /proc mounted with hidepid, or really gone
  }
}

function birthFromPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

function answersSignalZero(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return UNKNOWN;
  }
}

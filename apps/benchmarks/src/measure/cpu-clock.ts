import { readFileSync } from 'node:fs';

/** Linux counts process time in ticks of 10 ms on every architecture Node runs on. */
const MICROSECONDS_PER_TICK = 10_000;

/**
 * CPU time of a process and everything it started, in µs; undefined where /proc does not tell.
 * A server's finished children are counted in the parent's own record, so that nothing falls between two looks.
 */
export function treeCpuMicros(pid: number): number | undefined {
  try {
    const own = readStat(pid);
    let ticks = own.ticks + own.reapedTicks;
    for (const child of childrenOf(pid)) ticks += ticksOf(child);
    return ticks * MICROSECONDS_PER_TICK;
  } catch {
    return undefined;
  }
}

/** Resident memory of one process in bytes; undefined where /proc does not tell. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    return undefined;
  }
}

/** A child that ends between two looks is counted in its parent from then on. */
function ticksOf(child: number): number {
  try {
    return readStat(child).ticks;
  } catch {
    return 0;
  }
}

function readStat(pid: number): { ticks: number; reapedTicks: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, reapedUser, reapedSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number];
  return { ticks: user + system, reapedTicks: reapedUser + reapedSystem };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}

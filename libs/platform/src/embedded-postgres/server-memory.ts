import { totalmem } from 'node:os';

const MB = 1_048_576;
/** PostgreSQL's own default; less would not hold the indexes of a small company's calls. */
const LEAST_MB = 128;
/** `live` with 100 000 calls and `growth` with 10 million rows were measured with this; more was not tried. */
const MOST_MB = 2_048;
/** A quarter of the memory: PostgreSQL's manual, `shared_buffers`. */
const SHARE = 4;

/**
 * `shared_buffers` for this machine, or for the part of it that a container may use. A journal larger than the default of
 * 128 MB had PostgreSQL write out and read back pages for a third of its time. Memory is taken as it is used.
 */
export function sharedBuffersMb(machineBytes = totalmem(), containerBytes = process.constrainedMemory()): number {
  const available = containerBytes ? Math.min(machineBytes, containerBytes) : machineBytes;
  return Math.min(Math.max(Math.floor(available / SHARE / MB), LEAST_MB), MOST_MB);
}

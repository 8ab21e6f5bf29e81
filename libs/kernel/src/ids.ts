import { randomBytes } from 'node:crypto';

let lastMs = 0;
let sequence = 0;

/** A pool of random bytes: one system call for many ids, since every money movement needs one or two. */
const POOL_BYTES = 8_192;
let pool = Buffer.alloc(0);
let used = 0;

function random(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  used += bytes;
  return pool.subarray(used - bytes, used);
}

/**
 * UUID version 7 (RFC 9562): 48 bits of time, a 12-bit sequence that keeps one process in order inside a millisecond,
 * 62 random bits. Ordered ids keep the journal's primary key index growing at its right edge.
 */
export function newId(nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = random(2).readUInt16BE(0) & 0x7ff; // leaves room to count up within the millisecond
  } else if (++sequence > 0xfff) {
    lastMs += 1;
    sequence = 0;
  }
  const hex = lastMs.toString(16).padStart(12, '0');
  const tail = random(8).toString('hex');
  const variant = (0x8 | (parseInt(tail[0] as string, 16) & 0x3)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${variant}${tail.slice(1, 4)}-${tail.slice(4)}`;
}

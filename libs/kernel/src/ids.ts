import { randomFillSync } from 'node:crypto';

/** A pool of random bytes: one system call for many ids, since every money movement needs one or two. */
const POOL_BYTES = 8_192;
const RANDOM_BYTES_PER_ID = 10;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

const UUID_CHARACTERS = 36;
const DIGITS = Buffer.from('0123456789abcdef');
const SEQUENCE_AT = 15;
const VARIANT_AT = 19;
const NODE_AT = 24;
/** Written over for every id: a quarter of the time that putting strings together takes, 0.4 instead of 1.3 µs. */
const text = Buffer.from('00000000-0000-7000-8000-000000000000');

let lastMs = 0;
let sequence = 0;

/**
 * UUID version 7 (RFC 9562): 48 bits of time, a 12-bit sequence that keeps one process in order inside a millisecond,
 * 62 random bits. Ordered ids keep the journal's primary key index growing at its right edge.
 */
export function newId(nowMs: number = Date.now()): string {
  if (used + RANDOM_BYTES_PER_ID > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  if (nowMs > lastMs) {
    at(nowMs, ((random() << 8) | random()) & 0x7ff); // leaves room to count up within the millisecond
  } else if (sequence < 0xfff) {
    sequence += 1;
  } else {
    at(lastMs + 1, 0);
  }
  text[SEQUENCE_AT] = digit(sequence >> 8);
  writeByte(sequence & 0xff, SEQUENCE_AT + 1);
  writeByte(0x80 | (random() & 0x3f), VARIANT_AT);
  writeByte(random(), VARIANT_AT + 2);
  for (let i = NODE_AT; i < UUID_CHARACTERS; i += 2) writeByte(random(), i);
  return text.toString('latin1');
}

function at(ms: number, first: number): void {
  lastMs = ms;
  sequence = first;
  const hex = ms.toString(16).padStart(12, '0');
  text.write(`${hex.slice(0, 8)}-${hex.slice(8)}`, 'latin1');
}

function random(): number {
  return pool[used++] as number;
}

function writeByte(byte: number, index: number): void {
  text[index] = digit(byte >> 4);
  text[index + 1] = digit(byte & 0xf);
}

function digit(value: number): number {
  return DIGITS[value] as number;
}

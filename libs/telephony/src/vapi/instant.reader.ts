/**
 * Vapi did not exist before 2020; an instant outside these years is a unit mix-up (seconds read as milliseconds land in 1970,
 * microseconds in 58 000) and would make a call a thousand times shorter without anybody noticing. The end is far away
 * because a simulation's clock gets far: 120 times faster than life, the end of 2026 is the year 2133.
 */
const EARLIEST_PLAUSIBLE_MS = Date.UTC(2020, 0, 1);
const LATEST_PLAUSIBLE_MS = Date.UTC(9000, 0, 1);

/** A zone is required: without one the machine's own zone would decide when a call started. */
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a time as Vapi writes it: epoch milliseconds (`timestamp` of most captures) or ISO 8601 with a zone (`startedAt`,
 * and `timestamp` of one capture). Anything else, and anything outside 2020 to 8999, is undefined; it never throws.
 */
export function readInstant(value: unknown): Date | undefined {
  const epochMs = toEpochMs(value);
  if (epochMs === undefined || !(epochMs >= EARLIEST_PLAUSIBLE_MS && epochMs < LATEST_PLAUSIBLE_MS)) return undefined;
  return new Date(epochMs);
}

function toEpochMs(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && ISO_INSTANT.test(value)) return Date.parse(value);
  return undefined;
}

/**
 * Vapi did not exist before 2020, and an instant outside these years is a unit mix-up that would make a call a thousand times
 * shorter or longer without anybody noticing: seconds read as milliseconds land in 1970 (even those of the year 9999 in 1978),
 * microseconds in the year 50 000 and later. The bound is no nearer because simulated clocks run ahead: 60 times life, started
 * in 2026, is past 2100 after fifteen months (docs/decisions/time-scale.md).
 */
const EARLIEST_PLAUSIBLE_MS = Date.UTC(2020, 0, 1);
const LATEST_PLAUSIBLE_MS = Date.UTC(10_000, 0, 1);

/** A zone is required: without one the machine's own zone would decide when a call started. */
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a time as Vapi writes it: epoch milliseconds (`timestamp` of most captures) or ISO 8601 with a zone (`startedAt`,
 * and `timestamp` of one capture). Anything else, and anything outside 2020 to 9999, is undefined; it never throws.
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

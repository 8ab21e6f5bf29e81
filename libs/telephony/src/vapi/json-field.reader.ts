/** An object of a parsed JSON body. Nothing is known about its fields until one is read. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Vapi's ids are UUIDs (36 characters). 255 is what our own tables and idempotency keys take. */
export const MAX_ID_LENGTH = 255;

/**
 * Control characters, lone surrogates and U+FFFD. PostgreSQL refuses the first, silently changes the second, and the third
 * is what a stored delivery holds in their place: an id with any of them would be another id after a replay.
 */
const UNSTORABLE = /[\p{Cc}\p{Cs}\uFFFD]/u;

export function asRecord(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

/** An own field; `null` reads as missing, because Vapi sends null where its types say undefined. */
export function fieldOf(parent: unknown, name: string): unknown {
  const record = asRecord(parent);
  if (record === undefined || !Object.hasOwn(record, name)) return undefined;
  return record[name] ?? undefined;
}

export function recordOf(parent: unknown, ...path: readonly string[]): JsonRecord | undefined {
  return asRecord(path.reduce<unknown>(fieldOf, parent));
}

/** Taken verbatim (never trimmed: two ids that differ in a space are two ids) or not at all: 1 to 255 storable characters, not only blanks. */
export function asId(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '' || value.length > MAX_ID_LENGTH) return undefined;
  return UNSTORABLE.test(value) ? undefined : value;
}

export function idOf(parent: unknown, name: string): string | undefined {
  return asId(fieldOf(parent, name));
}

/** A finite figure above zero, or nothing. */
export function positiveNumberOf(parent: unknown, name: string): number | undefined {
  const value = fieldOf(parent, name);
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

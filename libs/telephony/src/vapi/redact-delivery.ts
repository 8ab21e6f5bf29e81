import { asRecord } from './json-field.reader';
import { redactUrls } from './redact-urls';
import { omitted, REDACTED } from './redaction.marker';
import { isCountOfTokens, isSecretFieldName } from './secret-field.names';
import { toStorableText } from './storable-text';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** Real deliveries nest about 12 deep; 10 kB of nested arrays overflow `JSON.stringify` at depth 5 000. */
const MAX_DEPTH = 32;
/** The longest lists that are kept (costs, latencies per turn) have a few hundred items after a four-hour call. */
const MAX_ITEMS = 1_000;
/** More than any field that `translate` reads may use, enough for a summary. */
const MAX_TEXT_LENGTH = 4_096;

/** The same conversation, up to five times in one report: Vapi keeps it, billing never reads it. */
const CONVERSATION_FIELDS: ReadonlySet<string> = new Set([
  'conversation',
  'messages',
  'messagesOpenAIFormatted',
  'transcript',
]);

/** Texts that `translate` takes verbatim. Rewriting a URL in one of them would replay another event. */
const TRANSLATED_FIELDS: ReadonlySet<string> = new Set([
  'assistantId',
  'endedAt',
  'endedReason',
  'id',
  'number',
  'orgId',
  'phoneNumberId',
  'sig',
  'startedAt',
  'status',
  'timestamp',
  'type',
]);

/**
 * A copy of a delivery that may be stored and shown to an operator: no secrets, no control, listen or join URLs, no query
 * strings, no conversation; bounded depth, lists and texts; storable in PostgreSQL's jsonb.
 *
 * Promise to the replay: `translate(redactDelivery(x))` is `translate(x)` without its `controlUrl`.
 *
 * @param payload a parsed JSON body (a tree: time and size are linear in it, so the body limit bounds both). Never throws.
 */
export function redactDelivery(payload: unknown): JsonValue {
  return redactValue('', payload, 0);
}

function redactValue(name: string, value: unknown, depth: number): JsonValue {
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null;
  if (isSecretFieldName(name) && !isCountOfTokens(name, value)) return REDACTED;
  if (CONVERSATION_FIELDS.has(name) && typeof value !== 'number') return omittedValue(value);
  if (name.toLowerCase() === 'headers') return redactStaticHeaders(value);
  if (typeof value === 'string') return redactText(name, value);
  if (typeof value === 'number') return storableNumber(value);
  if (typeof value !== 'object') return null; // JSON has no functions, symbols and big integers
  if (depth >= MAX_DEPTH) return omittedValue(value);
  if (Array.isArray(value)) return redactList(value, depth);
  return redactRecord(value, depth);
}

function redactText(name: string, text: string): string {
  const kept = text.length > MAX_TEXT_LENGTH ? text.slice(0, MAX_TEXT_LENGTH) : text;
  const cleaned = toStorableText(TRANSLATED_FIELDS.has(name) ? kept : redactUrls(kept));
  return kept === text ? cleaned : `${cleaned} ${omitted(text.length - MAX_TEXT_LENGTH, 'characters')}`;
}

/**
 * 1e999 parses to Infinity, which JSON writes as null: a broken duration must stay broken in a replay, not go missing. A list
 * is neither a number nor a text to `translate`, so it stays unusable wherever it stands.
 */
function storableNumber(value: number): JsonValue {
  return Number.isFinite(value) ? value : [String(value)];
}

function redactList(list: readonly unknown[], depth: number): JsonValue {
  const kept = list.slice(0, MAX_ITEMS).map((item) => redactValue('', item, depth + 1));
  return kept.length < list.length ? [...kept, omitted(list.length - kept.length, 'items')] : kept;
}

/** `fromEntries` defines own fields, so that a field named `__proto__` stays data. */
function redactRecord(record: object, depth: number): JsonValue {
  const fields = Object.entries(record);
  return Object.fromEntries(
    fields.map(([name, value]) => [toStorableText(name), redactValue(name, value, depth + 1)] as const),
  );
}

/** Headers of a server configuration: any of them may be a secret, under any name. */
function redactStaticHeaders(headers: unknown): JsonValue {
  const fields = asRecord(headers);
  if (fields === undefined) return REDACTED;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [toStorableText(name), lengthOf(value)] as const),
  );
}

function lengthOf(value: unknown): string {
  return typeof value === 'string' ? `[redacted: ${value.length} characters]` : REDACTED;
}

function omittedValue(value: unknown): string {
  if (Array.isArray(value)) return omitted(value.length, 'items');
  if (typeof value === 'string') return omitted(value.length, 'characters');
  return omitted(Object.keys(asRecord(value) ?? {}).length, 'fields');
}

import { encodeBinaryArray, type ElementType } from './binary-array';

/** What a statement may be given: scalars, and arrays of scalars for the bulk statements. */
export type Parameter = Scalar | readonly Scalar[];
type Scalar = string | number | boolean | Date | null | undefined;

/** Text, or bytes in the binary format of the type; null for NULL. */
export type EncodedParameter = string | Buffer | null;

/**
 * A value as it is sent to PostgreSQL. Throws a TypeError on what has no such format.
 * @param elementType of an array that travels in binary; left out, an array is sent as its literal
 */
export function encodeParameter(value: unknown, elementType?: ElementType): EncodedParameter {
  if (!Array.isArray(value)) return encodeScalar(value);
  return elementType ? encodeBinaryArray(value, elementType) : encodeArray(value);
}

function encodeScalar(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  throw new TypeError(`a ${typeof value} cannot be a parameter`);
}

/** An array literal. Text is always quoted, so that commas, braces, spaces and the word NULL stand for themselves. */
function encodeArray(values: readonly unknown[]): string {
  let literal = '{';
  for (let i = 0; i < values.length; i++) {
    if (i > 0) literal += ',';
    const value = values[i];
    if (typeof value === 'string') literal += quoted(value);
    else if (Array.isArray(value)) throw new TypeError('an array of arrays cannot be a parameter');
    else literal += encodeScalar(value) ?? 'NULL'; // numbers, booleans and dates need no quotes
  }
  return literal + '}';
}

const NEEDS_ESCAPE = /["\\]/;

function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

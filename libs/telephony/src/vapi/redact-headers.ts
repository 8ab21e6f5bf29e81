import { toBoundedText } from './storable-text';

/**
 * Headers whose values help an operator and give nothing away. A list of the harmless ones, not of the secret ones: the names
 * of signature headers are configurable. `x-timestamp` shows a clock that is off.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'host',
  'traceparent',
  'transfer-encoding',
  'user-agent',
  'x-request-id',
  'x-timestamp',
]);
const MAX_VALUE_LENGTH = 256;
/** Node's own limit is 2 000 headers; a delivery has about 10. */
const MAX_HEADERS = 100;

/** Header names as Node delivers them: lower case, several values as a list. */
export type DeliveryHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** For the delivery log: every name, the values of harmless headers, and of all others only how long they are. Never throws. */
export function redactHeaders(headers: DeliveryHeaders): Record<string, string> {
  const kept = Object.entries(headers).slice(0, MAX_HEADERS);
  return Object.fromEntries(kept.map(([name, value]) => [toBoundedText(name, MAX_VALUE_LENGTH), shown(name, value)]));
}

function shown(name: string, value: string | readonly string[] | undefined): string {
  if (typeof value !== 'string') return `[${value?.length ?? 0} values]`;
  return HARMLESS.has(name.toLowerCase()) ? toBoundedText(value, MAX_VALUE_LENGTH) : `[${value.length} characters]`;
}

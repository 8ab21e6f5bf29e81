import type { DeliveryHeaders } from './redact-headers';

export interface DeliveryHeader {
  /** The one value; undefined when the header is missing or came several times. */
  readonly value?: string;
  readonly sent: boolean;
  /** Name and length, fit for a log. */
  readonly seen: string;
}

export function headerOf(headers: DeliveryHeaders, name: string): DeliveryHeader {
  const key = name.toLowerCase();
  const value = Object.hasOwn(headers, key) ? headers[key] : undefined;
  if (value === undefined) return { sent: false, seen: `${key} (missing)` };
  if (typeof value !== 'string') return { sent: true, seen: `${key} (${value.length} values)` };
  return { value, sent: true, seen: `${key} (${value.length} characters)` };
}

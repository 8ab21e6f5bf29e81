import { hash } from 'node:crypto';
import { Refusal } from '@holdfast/kernel';
import type { JournalEntry } from './journal-entry';

/**
 * What a request asked for, as one short text. Same key and same fingerprint: the first answer again. Covers the
 * operation and every field that matters, in a fixed order.
 */
export function fingerprintOf(
  operation: string,
  fields: readonly (string | number | boolean | null | undefined)[],
): string {
  return hash('sha256', JSON.stringify([operation, ...fields]), 'base64url');
}

/** A key that was used before: a repeat of the same request, or a mistake of the caller. */
export function repeatOf(earlier: JournalEntry, fingerprint: string): JournalEntry | Refusal {
  if (earlier.requestFingerprint === fingerprint) return earlier;
  return new Refusal('idempotency_key_reused', 'This Idempotency-Key was used for a different request.');
}

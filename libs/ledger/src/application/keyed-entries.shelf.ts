import { Shelf } from '@holdfast/platform';
import type { JournalEntry } from '../domain/journal-entry';

export interface KeyNeed {
  readonly orgId: string;
  readonly key: string;
}

/** Entries by idempotency key: those of the journal and those made earlier in this batch. */
export class KeyedEntries {
  private readonly byKey = new Map<string, JournalEntry>();

  find(orgId: string, key: string): JournalEntry | undefined {
    return this.byKey.get(`${orgId} ${key}`);
  }

  all(): Iterable<JournalEntry> {
    return this.byKey.values();
  }

  remember(entry: JournalEntry): void {
    if (entry.idempotencyKey !== null) this.byKey.set(`${entry.orgId} ${entry.idempotencyKey}`, entry);
  }
}

export const KEYED_ENTRIES = new Shelf<KeyNeed, KeyedEntries>('keyed entries', 'read');

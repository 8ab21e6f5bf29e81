import { BoundedMemory, type Connection, type ShelfMemory, type ShelfStore } from '@holdfast/platform';
import { KeyedEntries, type KeyNeed } from '../application/keyed-entries.shelf';
import type { JournalEntry } from '../domain/journal-entry';
import { FIND_BY_KEYS, toEntry } from './journal.sql';

/** Repeats come within seconds. Some 800 bytes each: 13 MB when full. */
const MOST_ENTRIES = 16_384;

export class KeyedEntriesStore implements ShelfStore<KeyNeed, KeyedEntries> {
  readonly memory = new RememberedEntries();

  async load(connection: Connection, needs: readonly KeyNeed[]): Promise<KeyedEntries> {
    const found = new KeyedEntries();
    const rows = await connection.send(FIND_BY_KEYS, [needs.map((n) => n.orgId), needs.map((n) => n.key)]);
    for (const row of rows) found.remember(toEntry(row));
    return found;
  }

  /** Nothing of its own: the entries are written with their wallets. */
  store(): readonly Promise<unknown>[] {
    return [];
  }
}

/**
 * The journal never changes, so an entry that is remembered is true for ever. A key that is not is taken for new: the
 * unique index proves it when the entry is written.
 */
class RememberedEntries implements ShelfMemory<KeyNeed, KeyedEntries> {
  private readonly byKey = new BoundedMemory<string, JournalEntry>(MOST_ENTRIES);

  knows(): boolean {
    return true;
  }

  recall(needs: readonly KeyNeed[]): KeyedEntries {
    const found = new KeyedEntries();
    for (const { orgId, key } of needs) {
      const entry = this.byKey.get(`${orgId} ${key}`);
      if (entry) found.remember(entry);
    }
    return found;
  }

  proves(entries: KeyedEntries, { orgId, key }: KeyNeed): boolean {
    return entries.find(orgId, key) !== undefined;
  }

  committed(entries: KeyedEntries): void {
    for (const entry of entries.all()) this.byKey.set(`${entry.orgId} ${entry.idempotencyKey}`, entry);
  }
}

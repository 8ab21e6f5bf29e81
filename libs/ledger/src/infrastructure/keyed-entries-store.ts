import type { Connection, ShelfStore } from '@holdfast/platform';
import { KeyedEntries, type KeyNeed } from '../application/keyed-entries.shelf';
import { FIND_BY_KEYS, toEntry } from './journal.sql';

export class KeyedEntriesStore implements ShelfStore<KeyNeed, KeyedEntries> {
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

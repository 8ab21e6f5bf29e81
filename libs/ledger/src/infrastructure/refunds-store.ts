import type { Connection, ShelfStore } from '@holdfast/platform';
import { Refunds, type RefundNeed } from '../application/refunds.shelf';
import { FIND_REFUNDS, toEntry } from './journal.sql';

/** Read under the lock of the charge's wallet, where every refund of it is made. */
export class RefundsStore implements ShelfStore<RefundNeed, Refunds> {
  async load(connection: Connection, needs: readonly RefundNeed[]): Promise<Refunds> {
    const found = new Refunds();
    const rows = await connection.send(FIND_REFUNDS, [needs.map(({ chargeId }) => chargeId)]);
    for (const row of rows) found.remember(toEntry(row));
    return found;
  }

  /** Nothing of its own: the entries are written with their wallets. */
  store(): readonly Promise<unknown>[] {
    return [];
  }
}

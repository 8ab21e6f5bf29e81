import type { Connection, ShelfStore } from '@holdfast/platform';
import type { Wallets } from '../application/wallets.shelf';
import { Wallet } from '../domain/wallet';
import { APPEND_TO_JOURNAL, toColumns } from './journal.sql';
import { LOCK_WALLETS, UPDATE_WALLETS, type WalletRow } from './wallet.sql';

/** Locks wallets by organisation; appends their new entries to the journal. */
export class WalletStore implements ShelfStore<string, Wallets> {
  async load(connection: Connection, orgIds: readonly string[]): Promise<Wallets> {
    const rows = await connection.send(LOCK_WALLETS, [[...new Set(orgIds)]]);
    return new Map(rows.map((row) => [row.org_id, toWallet(row)]));
  }

  store(connection: Connection, wallets: Wallets): readonly Promise<unknown>[] {
    const changed = [...wallets.values()].filter((wallet) => wallet.changed);
    if (changed.length === 0) return [];
    const entries = changed.flatMap((wallet) => wallet.entries);
    const states = changed.map((wallet) => wallet.state);
    const sent = [
      connection.send(UPDATE_WALLETS, [
        changed.length,
        states.map((s) => s.orgId),
        changed.map((wallet) => wallet.versionBefore),
        states.map((s) => s.balancePence),
        states.map((s) => s.heldPence),
        states.map((s) => s.debtLimitPence),
        states.map((s) => s.arrearsPence),
        states.map((s) => s.activeReservations),
        states.map((s) => s.version),
      ]),
    ];
    if (entries.length > 0) sent.push(connection.send(APPEND_TO_JOURNAL, [entries.length, ...toColumns(entries)]));
    return sent;
  }
}

function toWallet(row: WalletRow): Wallet {
  return new Wallet({
    orgId: row.org_id,
    currency: row.currency,
    balancePence: row.balance_pence,
    heldPence: row.held_pence,
    debtLimitPence: row.debt_limit_pence,
    arrearsPence: row.arrears_pence,
    activeReservations: row.active_reservations,
    version: row.version,
  });
}

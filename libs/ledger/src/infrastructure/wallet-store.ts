import type { RateCard } from '@holdfast/kernel';
import type { Connection, ShelfStore } from '@holdfast/platform';
import type { Accounts } from '../application/wallets.shelf';
import type { CallTerms } from '../domain/call-terms';
import { Wallet } from '../domain/wallet';
import { APPEND_TO_JOURNAL, toColumns } from './journal.sql';
import { LOCK_WALLETS, UPDATE_WALLETS, type WalletRow } from './wallet.sql';

/** Locks wallets by organisation; appends their new entries to the journal. */
export class WalletStore implements ShelfStore<string, Accounts> {
  async load(connection: Connection, orgIds: readonly string[]): Promise<Accounts> {
    const rows = await connection.send(LOCK_WALLETS, [[...new Set(orgIds)]]);
    return new Map(rows.map((row) => [row.org_id, { wallet: toWallet(row), terms: toTerms(row) }]));
  }

  store(connection: Connection, accounts: Accounts): readonly Promise<unknown>[] {
    const changed = [...accounts.values()].map(({ wallet }) => wallet).filter((wallet) => wallet.changed);
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

function toTerms(row: WalletRow): CallTerms {
  const rateCard: RateCard = {
    id: row.rate_card_id,
    version: row.rate_card_version,
    pencePerMinuteE4: row.pence_per_minute_e4,
    incrementSeconds: row.increment_seconds,
    minimumSeconds: row.minimum_seconds,
    connectionFeePence: row.connection_fee_pence,
  };
  return {
    rateCard,
    prepaidBilling: row.prepaid_billing,
    estimatedMinutes: row.estimated_minutes,
    sharing: row.sharing,
    lowBalancePence: row.low_balance_pence,
  };
}

import type { Connection, ShelfMemory, ShelfStore } from '@holdfast/platform';
import type { Wallets } from '../application/wallets.shelf';
import { Wallet, type WalletState } from '../domain/wallet';
import { APPEND_TO_JOURNAL, toColumns } from './journal.sql';
import type { WalletMemory } from './wallet-memory';
import { FIND_WALLETS, LOCK_WALLETS, UPDATE_WALLETS, VERIFY_WALLETS, type WalletRow } from './wallet.sql';

/** Locks wallets by organisation; appends their new entries to the journal. */
export class WalletStore implements ShelfStore<string, Wallets> {
  readonly memory: ShelfMemory<string, Wallets>;

  constructor(memory: WalletMemory) {
    this.memory = new RememberedWallets(memory);
  }

  async load(connection: Connection, orgIds: readonly string[]): Promise<Wallets> {
    const rows = await connection.send(LOCK_WALLETS, [[...new Set(orgIds)]]);
    return new Map(rows.map((row) => [row.org_id, toWallet(row)]));
  }

  store(connection: Connection, wallets: Wallets): readonly Promise<unknown>[] {
    const changed = [...wallets.values()].filter((wallet) => wallet.changed).sort(byOrgId);
    if (changed.length === 0) return [];
    const entries = changed.flatMap((wallet) => wallet.entries);
    const states = changed.map((wallet) => wallet.state);
    const sent = [
      connection.send(UPDATE_WALLETS, [
        ...beforeColumns(changed),
        states.map((s) => s.balancePence),
        states.map((s) => s.heldPence),
        states.map((s) => s.debtLimitPence),
        states.map((s) => s.arrearsPence),
        states.map((s) => s.activeReservations),
        states.map((s) => s.version),
      ]),
    ];
    if (entries.length > 0) sent.push(connection.send(APPEND_TO_JOURNAL, toColumns(entries)));
    return sent;
  }
}

class RememberedWallets implements ShelfMemory<string, Wallets> {
  constructor(private readonly memory: WalletMemory) {}

  knows(orgId: string): boolean {
    return this.memory.wallet(orgId) !== undefined;
  }

  recall(orgIds: readonly string[]): Wallets {
    const wallets = new Map<string, Wallet>();
    for (const orgId of orgIds) {
      if (!wallets.has(orgId)) wallets.set(orgId, new Wallet(this.memory.wallet(orgId) as WalletState));
    }
    return wallets;
  }

  async learn(connection: Connection, orgIds: readonly string[]): Promise<void> {
    const unknown = [...new Set(orgIds)].filter((orgId) => !this.memory.wallet(orgId));
    if (unknown.length === 0) return;
    for (const row of await connection.send(FIND_WALLETS, [unknown])) this.memory.keepWallet(toWallet(row).state);
  }

  /** Written with its guard, or verified. */
  proves(): boolean {
    return true;
  }

  verify(connection: Connection, wallets: Wallets, orgIds: readonly string[]): readonly Promise<unknown>[] {
    const unchanged = [...new Set(orgIds)]
      .map((orgId) => wallets.get(orgId) as Wallet)
      .filter(({ changed }) => !changed);
    return unchanged.length === 0 ? [] : [connection.send(VERIFY_WALLETS, beforeColumns(unchanged))];
  }

  foresee(wallets: Wallets): void {
    for (const { state } of wallets.values()) this.memory.keepWallet(state);
  }

  undone(wallets: Wallets): void {
    for (const orgId of wallets.keys()) this.memory.forget(orgId);
  }
}

/** Every transaction takes the rows of wallets in this order, so that no two can wait for each other. */
function byOrgId(a: Wallet, b: Wallet): number {
  return a.orgId < b.orgId ? -1 : 1;
}

function beforeColumns(wallets: readonly Wallet[]): unknown[] {
  const before = wallets.map((wallet) => wallet.before);
  return [
    wallets.length,
    before.map((s) => s.orgId),
    before.map((s) => s.version),
    before.map((s) => s.termsVersion),
    before.map((s) => s.balancePence),
    before.map((s) => s.heldPence),
    before.map((s) => s.debtLimitPence),
    before.map((s) => s.arrearsPence),
    before.map((s) => s.activeReservations),
  ];
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
    termsVersion: row.terms_version,
  });
}

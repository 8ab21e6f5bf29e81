import type { Connection, ShelfMemory, ShelfStore } from '@holdfast/platform';
import type { CallTerms } from '../domain/call-terms';
import { FIND_CALL_TERMS, type CallTermsRow } from './call-terms.sql';
import type { WalletMemory } from './wallet-memory';

type TermsByOrg = ReadonlyMap<string, CallTerms>;

export class CallTermsStore implements ShelfStore<string, TermsByOrg> {
  readonly memory: ShelfMemory<string, TermsByOrg>;

  constructor(memory: WalletMemory) {
    this.memory = new RememberedTerms(memory);
  }

  async load(connection: Connection, orgIds: readonly string[]): Promise<TermsByOrg> {
    return find(connection, [...new Set(orgIds)]);
  }

  /** Only operators change terms, elsewhere. */
  store(): readonly Promise<unknown>[] {
    return [];
  }
}

class RememberedTerms implements ShelfMemory<string, TermsByOrg> {
  constructor(private readonly memory: WalletMemory) {}

  knows(orgId: string): boolean {
    return this.memory.terms(orgId) !== undefined;
  }

  recall(orgIds: readonly string[]): TermsByOrg {
    return new Map(orgIds.map((orgId) => [orgId, this.memory.terms(orgId) as CallTerms]));
  }

  async learn(connection: Connection, orgIds: readonly string[]): Promise<void> {
    const unknown = [...new Set(orgIds)].filter((orgId) => !this.memory.terms(orgId));
    if (unknown.length > 0) this.foresee(await find(connection, unknown));
  }

  /** Whoever reads terms asks for the wallet too, and the wallet's row counts their changes. */
  proves(): boolean {
    return true;
  }

  foresee(terms: TermsByOrg): void {
    for (const [orgId, known] of terms) this.memory.keepTerms(orgId, known);
  }
}

async function find(connection: Connection, orgIds: readonly string[]): Promise<TermsByOrg> {
  const rows = await connection.send(FIND_CALL_TERMS, [orgIds]);
  return new Map(rows.map((row) => [row.org_id, toTerms(row)]));
}

function toTerms(row: CallTermsRow): CallTerms {
  return {
    rateCard: {
      id: row.rate_card_id,
      version: row.rate_card_version,
      pencePerMinuteE4: row.pence_per_minute_e4,
      incrementSeconds: row.increment_seconds,
      minimumSeconds: row.minimum_seconds,
      connectionFeePence: row.connection_fee_pence,
    },
    prepaidBilling: row.prepaid_billing,
    estimatedMinutes: row.estimated_minutes,
    sharing: row.sharing,
    lowBalancePence: row.low_balance_pence,
  };
}

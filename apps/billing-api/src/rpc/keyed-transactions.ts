import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface KeyedTransaction {
  readonly transactionId: string;
  readonly balanceBeforePence: number;
  readonly balanceAfterPence: number;
}

/** The index idx_credit_txn_idempotency serves it; at most one row. */
const FIND_BY_KEY = `select id, balance_before_pence, balance_after_pence from credit_transactions
  where org_id = $1 and idempotency_key = $2`;

interface KeyedRow {
  id: string;
  balance_before_pence: number;
  balance_after_pence: number;
}

/** What an idempotency key did when it was first used: old clients are told, whatever they sent the second time. */
@Injectable()
export class KeyedTransactions {
  constructor(private readonly database: DataSource) {}

  async firstUse(orgId: string, idempotencyKey: string): Promise<KeyedTransaction | null> {
    const rows: KeyedRow[] = await this.database.query(FIND_BY_KEY, [orgId, idempotencyKey]);
    const row = rows[0];
    if (!row) return null;
    return {
      transactionId: row.id,
      balanceBeforePence: row.balance_before_pence,
      balanceAfterPence: row.balance_after_pence,
    };
  }
}

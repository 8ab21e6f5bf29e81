import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JournalReader, type JournalFilter, type WalletView } from '../application/journal-reader.port';
import { HOLD_TYPES, type JournalEntry } from '../domain/journal-entry';
import { FIND_ENTRIES, JOURNAL_COLUMNS, toEntry, type JournalRow } from './journal.sql';

interface WalletViewRow {
  currency: string;
  balance_pence: number;
  held_pence: number;
  debt_limit_pence: number;
  arrears_pence: number;
  active_reservations: number;
  low_balance_pence: number;
}

@Injectable()
export class SqlJournalReader extends JournalReader {
  constructor(private readonly database: DataSource) {
    super();
  }

  async wallet(orgId: string): Promise<WalletView | null> {
    const rows: WalletViewRow[] = await this.database.query(
      `select w.currency, w.balance_pence, w.held_pence, w.debt_limit_pence, w.arrears_pence, w.active_reservations,
         o.low_balance_pence
       from wallets w join organizations o on o.id = w.org_id where w.org_id = $1`,
      [orgId],
    );
    const row = rows[0];
    if (!row) return null;
    const effectiveBalancePence = row.balance_pence - row.held_pence;
    return {
      orgId,
      currency: row.currency,
      balancePence: row.balance_pence,
      heldPence: row.held_pence,
      effectiveBalancePence,
      debtLimitPence: row.debt_limit_pence,
      arrearsPence: row.arrears_pence,
      lowBalancePence: row.low_balance_pence,
      isLowBalance: effectiveBalancePence <= row.low_balance_pence,
      activeReservations: row.active_reservations,
    };
  }

  async entries(orgId: string, filter: JournalFilter): Promise<JournalEntry[]> {
    const hidden = filter.includeHolds || filter.type !== undefined ? [] : HOLD_TYPES;
    const rows: JournalRow[] = await this.database.query(FIND_ENTRIES.text, [
      orgId,
      filter.beforeSeq ?? Number.MAX_SAFE_INTEGER,
      filter.type ?? null,
      filter.callId ?? null,
      filter.from ?? null,
      filter.to ?? null,
      hidden,
      filter.limit,
    ]);
    return rows.map(toEntry);
  }

  async entry(orgId: string, id: string): Promise<JournalEntry | null> {
    const rows: JournalRow[] = await this.database.query(
      `select ${JOURNAL_COLUMNS} from credit_transactions where org_id = $1 and id = $2`,
      [orgId, id],
    );
    return rows[0] ? toEntry(rows[0]) : null;
  }
}

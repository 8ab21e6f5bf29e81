import type { JournalEntry, TransactionType } from '../domain/journal-entry';

export interface JournalFilter {
  readonly type?: TransactionType;
  readonly callId?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly includeHolds: boolean;
  readonly limit: number;
  /** Entries before this seq: where the page before ended. */
  readonly beforeSeq?: number;
}

export interface WalletView {
  readonly orgId: string;
  readonly currency: string;
  readonly balancePence: number;
  readonly heldPence: number;
  readonly effectiveBalancePence: number;
  readonly debtLimitPence: number;
  readonly arrearsPence: number;
  readonly lowBalancePence: number;
  readonly isLowBalance: boolean;
  readonly activeReservations: number;
}

/** Reads wallets and their history. Decides nothing. */
export abstract class JournalReader {
  abstract wallet(orgId: string): Promise<WalletView | null>;
  /** Newest first. */
  abstract entries(orgId: string, filter: JournalFilter): Promise<JournalEntry[]>;
  abstract entry(orgId: string, id: string): Promise<JournalEntry | null>;
}

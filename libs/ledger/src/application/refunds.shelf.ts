import { Shelf } from '@holdfast/platform';
import type { JournalEntry } from '../domain/journal-entry';

export interface RefundNeed {
  /** The charge that may have been given back. */
  readonly chargeId: string;
}

/** What was given back, by the charge: found in the journal, or made earlier in this batch. */
export class Refunds {
  private readonly byCharge = new Map<string, JournalEntry>();

  of(chargeId: string): JournalEntry | undefined {
    return this.byCharge.get(chargeId);
  }

  remember(entry: JournalEntry): void {
    if (entry.refundOf !== null) this.byCharge.set(entry.refundOf, entry);
  }
}

/** Never remembered between batches: refunds are rare, and whoever asks must not miss one that another replica made. */
export const REFUNDS = new Shelf<RefundNeed, Refunds>('refunds', 'read');

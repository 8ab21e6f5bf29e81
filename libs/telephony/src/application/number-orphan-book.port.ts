import type { NumberStatus } from '../domain/phone-number-status';

/**
 * `nobody_paid`: it lies at the provider under our tag, and no live order explains it. `not_at_provider`: active and
 * paid here, and the provider does not list it. `stuck`: an order or release that does not come to an end.
 */
export const ORPHAN_KINDS = ['nobody_paid', 'not_at_provider', 'stuck'] as const;
export type OrphanKind = (typeof ORPHAN_KINDS)[number];

export interface Orphan {
  readonly kind: OrphanKind;
  readonly intentId: string;
  /** Where it lies, or ought to. */
  readonly side: string;
  readonly ref: string | null;
  readonly phoneNumber: string | null;
  readonly orgId: string | null;
  readonly detail: string;
}

export interface FoundOrphan extends Orphan {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export interface OrphanReport {
  /** Null: never yet. */
  readonly checkedAt: Date | null;
  /** Why the last check could not see everything; null when it did. */
  readonly problem: string | null;
  readonly orphans: FoundOrphan[];
}

export interface KnownIntent {
  readonly status: NumberStatus;
  readonly orgId: string;
  readonly settledAt: Date | null;
}

/** What was found astray, shared by all replicas. */
export abstract class OrphanBook {
  /** Takes this round of checking for this replica; false while another has it. `force`: an operator asks for it now. */
  abstract begin(now: Date, until: Date, force: boolean): Promise<boolean>;
  abstract intents(ids: readonly string[]): Promise<ReadonlyMap<string, KnownIntent>>;
  /** Active purchases of this provider, settled before the moment, that are not among these ids. */
  abstract activeWithout(provider: string, listedIds: readonly string[], settledBefore: Date): Promise<Orphan[]>;
  /** Orders and releases whose step began before the moment. */
  abstract stuckSince(before: Date): Promise<Orphan[]>;
  /** Writes what was found; of the kinds that were looked at completely, what was not found again is gone. */
  abstract write(
    now: Date,
    found: readonly Orphan[],
    complete: readonly OrphanKind[],
    problem: string | null,
  ): Promise<void>;
  abstract report(): Promise<OrphanReport>;
}

import type { Pence } from '@holdfast/kernel';

export const CREDIT_TYPES = ['topup', 'bonus', 'refund', 'adjustment'] as const;
export type CreditType = (typeof CREDIT_TYPES)[number];

export const ASSET_TYPES = ['phone_number', 'phone_provisioning', 'did', 'license'] as const;
export type AssetType = (typeof ASSET_TYPES)[number];

export const TRANSACTION_TYPES = [
  ...CREDIT_TYPES,
  ...ASSET_TYPES,
  'call_deduction',
  'reservation',
  'reservation_release',
] as const;
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

/** Types that move money inside the wallet only. */
export const HOLD_TYPES: readonly TransactionType[] = ['reservation', 'reservation_release'];

export type CounterAccount = 'cash' | 'promotions' | 'adjustments' | 'revenue:calls' | 'revenue:assets';

/** One change of one wallet, with before and after. Append-only. Amounts in pence. */
export interface JournalEntry {
  readonly id: string;
  readonly orgId: string;
  /** Position in the wallet's history, from 1 without gaps. */
  readonly seq: number;
  readonly type: TransactionType;
  readonly amountPence: Pence;
  readonly balanceBeforePence: Pence;
  readonly balanceAfterPence: Pence;
  readonly heldBeforePence: Pence;
  readonly heldAfterPence: Pence;
  /** The other side of the double entry; null for holds, which stay inside the wallet. */
  readonly counterAccount: CounterAccount | null;
  readonly callId: string | null;
  readonly vapiCallId: string | null;
  /** Set when this row collects arrears of an earlier call. */
  readonly arrearsId: string | null;
  readonly refundOf: string | null;
  /** Of a credit: what was taken from it at once for arrears. */
  readonly arrearsCollectedPence: Pence;
  readonly description: string | null;
  readonly idempotencyKey: string | null;
  readonly requestFingerprint: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** Who asked, for what, and under which idempotency key: everything of an entry that is not arithmetic. */
export interface Memo {
  readonly createdBy: string;
  readonly at: Date;
  readonly description?: string | null;
  readonly callId?: string | null;
  readonly vapiCallId?: string | null;
  readonly arrearsId?: string | null;
  readonly refundOf?: string | null;
  readonly arrearsCollectedPence?: Pence;
  readonly idempotencyKey?: string | null;
  readonly requestFingerprint?: string | null;
}

import { isRefusal, newId, type Refusal, type Pence } from '@holdfast/kernel';
import { want, type Command } from '@holdfast/platform';
import { fingerprintOf, repeatOf } from '../domain/idempotency';
import type { CounterAccount, CreditType, JournalEntry } from '../domain/journal-entry';
import { ARREARS } from './arrears.shelf';
import { KEYED_ENTRIES } from './keyed-entries.shelf';
import { refundedAlready } from './not-refunded';
import { REFUNDS } from './refunds.shelf';
import { WALLETS } from './wallets.shelf';
import { organizationNotFound } from './organization-not-found';

export interface AddCredits {
  readonly orgId: string;
  readonly type: CreditType;
  /** 1 … 2^53 − 1 pence; an adjustment may be negative, down to the wallet's limit. */
  readonly amountPence: Pence;
  readonly description?: string | null;
  /** Of a refund: the transaction it gives back, and the account that one had credited. */
  readonly refundOf?: { readonly transactionId: string; readonly counterAccount: CounterAccount } | null;
  /** Null only for old clients that have none: such a call is its own every time. */
  readonly idempotencyKey: string | null;
  readonly createdBy: string;
}

export interface CreditsAdded {
  readonly transactionId: string;
  readonly balanceBeforePence: Pence;
  /** After arrears were collected. */
  readonly balanceAfterPence: Pence;
  readonly effectiveBalancePence: Pence;
  readonly arrearsCollectedPence: Pence;
  readonly replayed: boolean;
}

/** Adds credit and collects arrears, oldest first, in the same atom. */
export function addCredits(request: AddCredits): Command<CreditsAdded> {
  const { orgId, type, amountPence, refundOf } = request;
  // Even without a key of its own this very command may run twice, after a connection lost while committing.
  const key = request.idempotencyKey ?? `once:${newId()}`;
  const fingerprint = fingerprintOf('add-credits', [
    orgId,
    type,
    amountPence,
    request.description,
    refundOf?.transactionId,
  ]);
  let own: string | null = null; // after a lost COMMIT this very command runs again: finding itself is no repeat
  return {
    key: orgId,
    wants: [
      want(WALLETS, orgId),
      want(ARREARS, { orgId, collect: true }),
      want(KEYED_ENTRIES, { orgId, key }),
      ...(refundOf ? [want(REFUNDS, { chargeId: refundOf.transactionId })] : []),
    ],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      if (!wallet) return organizationNotFound();
      const keyed = desk.on(KEYED_ENTRIES);
      const earlier = keyed.find(orgId, key);
      if (earlier) return repeated(repeatOf(earlier, fingerprint), earlier.id !== own);

      const refunds = refundOf ? desk.on(REFUNDS) : null;
      if (refundOf && refunds?.of(refundOf.transactionId)) return refundedAlready();

      const memo = {
        createdBy: request.createdBy,
        at: desk.now,
        description: request.description,
        refundOf: refundOf?.transactionId,
        idempotencyKey: key,
        requestFingerprint: fingerprint,
      };
      const owed = desk.on(ARREARS).owedBy(orgId);
      const entry = wallet.credit(type, amountPence, owed, memo, refundOf?.counterAccount);
      if (isRefusal(entry)) return entry;
      own = entry.id;
      keyed.remember(entry);
      refunds?.remember(entry);
      return answerOf(entry, false);
    },
  };
}

function repeated(earlier: JournalEntry | Refusal, replayed: boolean): CreditsAdded | Refusal {
  return isRefusal(earlier) ? earlier : answerOf(earlier, replayed);
}

/** A pure function of the journal's row, so that a repeat gives the first answer to the letter. */
function answerOf(entry: JournalEntry, replayed: boolean): CreditsAdded {
  const balanceAfterPence = entry.balanceAfterPence - entry.arrearsCollectedPence;
  return {
    transactionId: entry.id,
    balanceBeforePence: entry.balanceBeforePence,
    balanceAfterPence,
    effectiveBalancePence: balanceAfterPence - entry.heldAfterPence,
    arrearsCollectedPence: entry.arrearsCollectedPence,
    replayed,
  };
}

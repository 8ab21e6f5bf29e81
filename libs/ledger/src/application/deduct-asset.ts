import { isRefusal, type Refusal, type Pence } from '@holdfast/kernel';
import { want, type Command } from '@holdfast/platform';
import { fingerprintOf, repeatOf } from '../domain/idempotency';
import type { AssetType, JournalEntry } from '../domain/journal-entry';
import { KEYED_ENTRIES } from './keyed-entries.shelf';
import { WALLETS } from './wallets.shelf';
import { organizationNotFound } from './organization-not-found';

export interface DeductAsset {
  readonly orgId: string;
  readonly assetType: AssetType;
  /** 1 … 2^53 − 1 pence. */
  readonly costPence: Pence;
  readonly description?: string | null;
  readonly idempotencyKey: string;
  readonly createdBy: string;
}

export interface AssetDeducted {
  readonly transactionId: string;
  readonly assetType: AssetType;
  readonly costPence: Pence;
  readonly balanceBeforePence: Pence;
  readonly balanceAfterPence: Pence;
  readonly effectiveBalancePence: Pence;
  /** True when the key had been used for the same request before: nothing was charged again. */
  readonly replayed: boolean;
}

/** Charges an asset (zero-debt). May be part of a larger command, so that a purchase and its charge are one atom. */
export function deductAsset(request: DeductAsset): Command<AssetDeducted> {
  const { orgId, assetType, costPence, idempotencyKey } = request;
  const fingerprint = fingerprintOf('deduct-asset', [orgId, assetType, costPence, request.description]);
  let own: string | null = null; // after a lost COMMIT this very command runs again: finding itself is no repeat
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(KEYED_ENTRIES, { orgId, key: idempotencyKey })],
    decide(desk) {
      const wallet = desk.on(WALLETS).get(orgId);
      if (!wallet) return organizationNotFound();
      const keyed = desk.on(KEYED_ENTRIES);
      const earlier = keyed.find(orgId, idempotencyKey);
      if (earlier) return repeated(repeatOf(earlier, fingerprint), earlier.id !== own);

      const entry = wallet.deductAsset(assetType, costPence, {
        createdBy: request.createdBy,
        at: desk.now,
        description: request.description,
        idempotencyKey,
        requestFingerprint: fingerprint,
      });
      if (isRefusal(entry)) return entry;
      own = entry.id;
      keyed.remember(entry);
      return answerOf(entry, false);
    },
  };
}

function repeated(earlier: JournalEntry | Refusal, replayed: boolean): AssetDeducted | Refusal {
  return isRefusal(earlier) ? earlier : answerOf(earlier, replayed);
}

/** A pure function of the journal's row, so that a repeat gives the first answer to the letter. */
function answerOf(entry: JournalEntry, replayed: boolean): AssetDeducted {
  return {
    transactionId: entry.id,
    assetType: entry.type as AssetType,
    costPence: entry.amountPence,
    balanceBeforePence: entry.balanceBeforePence,
    balanceAfterPence: entry.balanceAfterPence,
    effectiveBalancePence: entry.balanceAfterPence - entry.heldAfterPence,
    replayed,
  };
}

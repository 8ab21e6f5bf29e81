import { Arrears } from './arrears';
import type { Memo } from './journal-entry';
import { Wallet, type WalletState } from './wallet';

const ORG_ID = '0192a000-0000-7000-8000-000000000001';

export const NOON = new Date('2026-11-23T12:00:00.000Z');
export const MEMO: Memo = { createdBy: 'test', at: NOON };

/** A wallet as if just fetched. Empty, in pounds and without debt limit unless told otherwise. */
export function exampleWallet(state: Partial<WalletState> = {}): Wallet {
  return new Wallet({
    orgId: ORG_ID,
    currency: 'GBP',
    balancePence: 0,
    heldPence: 0,
    debtLimitPence: 0,
    arrearsPence: 0,
    activeReservations: 0,
    version: 0,
    termsVersion: 0,
    ...state,
  });
}

/** What a call left owing. */
export function exampleArrears(callId: string, amountPence: number, collectedPence = 0): Arrears {
  return new Arrears(`arrears-of-${callId}`, ORG_ID, callId, null, amountPence, collectedPence, NOON);
}

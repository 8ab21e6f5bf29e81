import { Shelf } from '@holdfast/platform';
import type { CallTerms } from '../domain/call-terms';
import type { Wallet } from '../domain/wallet';

/** A locked wallet and the terms under which its organisation's calls run now. */
export interface Account {
  readonly wallet: Wallet;
  readonly terms: CallTerms;
}

export type Accounts = ReadonlyMap<string, Account>;

/** Wallets by organisation, locked for the batch; their new entries go to the journal. */
export const WALLETS = new Shelf<string, Accounts>('wallets', 'lock');

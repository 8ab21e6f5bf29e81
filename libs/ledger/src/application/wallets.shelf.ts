import { Shelf } from '@holdfast/platform';
import type { Wallet } from '../domain/wallet';

export type Wallets = ReadonlyMap<string, Wallet>;

/** Wallets by organisation, locked for the batch; their new entries go to the journal. */
export const WALLETS = new Shelf<string, Wallets>('wallets', 'lock');

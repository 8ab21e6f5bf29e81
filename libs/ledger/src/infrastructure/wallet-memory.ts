import { BoundedMemory } from '@holdfast/platform';
import type { CallTerms } from '../domain/call-terms';
import type { WalletState } from '../domain/wallet';

/** Some 400 bytes each with its terms: 25 MB when full. */
const MOST_WALLETS = 65_536;

interface Known {
  wallet: WalletState;
  terms: CallTerms | undefined;
}

/**
 * Wallets as this process last left or found them, with the terms of their calls. A wallet's row counts every change of
 * its organisation's terms (`terms_version`), so whoever proves the wallet has proven the terms.
 */
export class WalletMemory {
  private readonly byOrg = new BoundedMemory<string, Known>(MOST_WALLETS);

  wallet(orgId: string): WalletState | undefined {
    return this.byOrg.get(orgId)?.wallet;
  }

  terms(orgId: string): CallTerms | undefined {
    return this.byOrg.get(orgId)?.terms;
  }

  keepWallet(wallet: WalletState): void {
    const known = this.byOrg.get(wallet.orgId);
    if (!known) {
      this.byOrg.set(wallet.orgId, { wallet, terms: undefined });
      return;
    }
    if (known.wallet.termsVersion !== wallet.termsVersion) known.terms = undefined;
    known.wallet = wallet;
  }

  forget(orgId: string): void {
    this.byOrg.forget(orgId);
  }

  /** Of a wallet that was kept in the same transaction. */
  keepTerms(orgId: string, terms: CallTerms): void {
    const known = this.byOrg.get(orgId);
    if (known) known.terms = terms;
  }
}

import type { Pool } from 'pg';
import type { BaselineSums } from '../baselines/baseline-sums';

/** Which wallets are charged. */
export interface ChargeShape {
  readonly name: string;
  readonly wallets: readonly string[];
}

/** What every way of charging an asset is given. */
export interface ChargeWorld {
  readonly url: string;
  readonly admin: Pool;
  readonly nextWallet: () => string;
  readonly baselineSums: BaselineSums;
}

export const CHARGE_PENCE = 7;

let keys = 0;

/** Unique over all variants and rounds, and as long as a real one. */
export function nextKey(): string {
  return `bench-charge-${process.pid}-${(keys += 1).toString().padStart(12, '0')}`;
}

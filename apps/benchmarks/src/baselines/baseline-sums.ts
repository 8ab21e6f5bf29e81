import type { Pool } from 'pg';
import { OPENING_BALANCE_PENCE } from '../database/organizations.loader';

/** The baselines of a schema share their wallets: together they must have taken exactly what each says it charged. */
export class BaselineSums {
  private chargedPence = 0;

  constructor(private readonly schema: 'baseline' | 'same_books' = 'baseline') {}

  charged(pence: number): void {
    this.chargedPence += pence;
  }

  async verify(admin: Pool): Promise<void> {
    const { rows } = await admin.query<{ wallets: string; balance: string; held: string }>(
      `select count(*) as wallets, sum(balance_pence) as balance, sum(held_pence) as held from ${this.schema}.wallets`,
    );
    const { wallets, balance, held } = rows[0] as { wallets: string; balance: string; held: string };
    const wanted = BigInt(wallets) * BigInt(OPENING_BALANCE_PENCE) - BigInt(this.chargedPence);
    if (BigInt(balance) !== wanted) throw new Error(`baseline wallets hold ${balance} pence instead of ${wanted}`);
    if (held !== '0') throw new Error(`baseline wallets still hold ${held} pence for calls`);
  }
}

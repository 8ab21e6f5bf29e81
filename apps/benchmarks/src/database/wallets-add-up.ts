import type { Pool } from 'pg';
import { OPENING_BALANCE_PENCE } from './organizations.loader';

interface Sums {
  wallets: string;
  balance: string;
  held: string;
  reserved: string;
}

/**
 * The wallets hold what was put in less what was charged, what is held is what active reservations reserve, and every
 * wallet is where its newest journal entry left it.
 */
export async function assertWalletsAddUp(pool: Pool, chargedPence: number): Promise<void> {
  const { rows } = await pool.query<Sums>(
    `select count(*) as wallets, sum(balance_pence) as balance, sum(held_pence) as held,
       (select coalesce(sum(reserved_pence), 0) from credit_reservations where status = 'active') as reserved
     from wallets`,
  );
  const { wallets, balance, held, reserved } = rows[0] as Sums;
  const wanted = BigInt(wallets) * BigInt(OPENING_BALANCE_PENCE) - BigInt(chargedPence);
  if (BigInt(balance) !== wanted) throw new Error(`wallets hold ${balance} pence instead of ${wanted}`);
  if (held !== reserved) throw new Error(`wallets hold back ${held} pence for reservations of ${reserved}`);
  const strays = await pool.query<{ org_id: string }>(
    `select w.org_id from wallets w join credit_transactions t on t.org_id = w.org_id and t.seq = w.version
     where t.balance_after_pence <> w.balance_pence or t.held_after_pence <> w.held_pence limit 1`,
  );
  if (strays.rows[0]) throw new Error(`wallet ${strays.rows[0].org_id} is not where its journal left it`);
}

import { newId } from '@holdfast/kernel';
import type { Pool } from 'pg';

/** Ten billion pounds: no bench runs out of money. */
export const OPENING_BALANCE_PENCE = 1_000_000_000_000;

/** Organisations with a rate card (56p a minute) and a wallet whose first journal entry is its top-up. */
export async function loadOrganizations(pool: Pool, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `insert into organizations (id, name, rate_card_id) select id, 'bench', id from unnest($1::uuid[]) as v (id)`,
      [ids],
    );
    await client.query(
      `insert into rate_cards (id, org_id, version, pence_per_minute_e4, increment_seconds, minimum_seconds, connection_fee_pence)
       select id, id, 1, 560000, 60, 0, 0 from unnest($1::uuid[]) as v (id)`,
      [ids],
    );
    await client.query(
      `insert into wallets (org_id, balance_pence, version) select id, $2, 1 from unnest($1::uuid[]) as v (id)`,
      [ids, OPENING_BALANCE_PENCE],
    );
    await client.query(
      `insert into credit_transactions (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence,
         held_before_pence, held_after_pence, counter_account, created_by, created_at)
       select gen_random_uuid(), id, 1, 'topup', $2, 0, $2, 0, 0, 'cash', 'bench', clock_timestamp()
       from unnest($1::uuid[]) as v (id)`,
      [ids, OPENING_BALANCE_PENCE],
    );
    await client.query('commit');
  } finally {
    client.release();
  }
  // Not the tables that are still empty: a vacuum tells the planner that they will stay so.
  await pool.query('vacuum analyze organizations, rate_cards, wallets, credit_transactions');
  return ids;
}

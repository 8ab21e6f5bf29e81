import type { Pool } from 'pg';

const HOLD_PENCE = 280;

/**
 * Holds that ran out a moment ago, spread evenly over the wallets, with the journal entries that opened them. Straight
 * into the tables, in the order in which the engine would have written.
 */
export async function loadExpiredHolds(pool: Pool, holds: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `create temporary table due on commit drop as
       select gen_random_uuid() as id, w.org_id, w.balance_pence, w.held_pence, w.version,
         row_number() over (partition by w.org_id) as nth, 'due-' || i || '-' || w.version as call_id
       from generate_series(0, $1::bigint - 1) i
       join (select *, row_number() over (order by org_id) - 1 as n, count(*) over () as wallets from wallets) w
         on w.n = i % w.wallets`,
      [holds],
    );
    await client.query(
      `insert into credit_reservations (id, org_id, call_id, status, reserved_pence, estimated_minutes, rate_card_id,
         created_at, expires_at)
       select id, org_id, call_id, 'active', $1, 5, org_id, now() - interval '31 minutes', now() - interval '1 minute' from due`,
      [HOLD_PENCE],
    );
    await client.query(
      `insert into credit_transactions (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence,
         held_before_pence, held_after_pence, call_id, created_by, created_at)
       select gen_random_uuid(), org_id, version + nth, 'reservation', $1, balance_pence, balance_pence,
         held_pence + (nth - 1) * $1, held_pence + nth * $1, call_id, 'bench', now() - interval '31 minutes' from due`,
      [HOLD_PENCE],
    );
    await client.query(
      `update wallets w set held_pence = w.held_pence + d.holds * $1, version = w.version + d.holds,
         active_reservations = w.active_reservations + d.holds
       from (select org_id, count(*) as holds from due group by org_id) d where d.org_id = w.org_id`,
      [HOLD_PENCE],
    );
    await client.query('commit');
  } finally {
    client.release();
  }
  await pool.query('vacuum analyze credit_reservations, wallets');
}

import type { Pool } from 'pg';
import { OPENING_BALANCE_PENCE } from '../database/organizations.loader';

/** Rows per statement: large enough to be quick, small enough to show progress and to end when interrupted. */
const CHUNK = 250_000;

export interface History {
  readonly journalRows: number;
  readonly oldReservations: number;
}

/**
 * A past that the constraints accept: every wallet was topped up once and charged 1p again and again, and every old
 * call was reserved and given back long ago. Written straight into the tables, checks, keys and indexes on.
 */
export async function loadHistory(pool: Pool, history: History): Promise<void> {
  await pool.query(
    `create unlogged table bench_numbered as select org_id, row_number() over (order by org_id) - 1 as n from wallets`,
  );
  await pool.query('alter table bench_numbered add primary key (n)');
  const { rows } = await pool.query<{ wallets: string }>('select count(*) as wallets from bench_numbered');
  const wallets = Number(rows[0]?.wallets);
  await inChunks(history.journalRows, (from, to) => pool.query(CHARGES, [from, to, wallets, OPENING_BALANCE_PENCE]));
  await pool.query(CATCH_UP_WALLETS, [OPENING_BALANCE_PENCE]);
  await inChunks(history.oldReservations, (from, to) => pool.query(OLD_CALLS, [from, to, wallets]));
  await pool.query('drop table bench_numbered');
  await pool.query('vacuum analyze');
  await pool.query('checkpoint');
}

async function inChunks(rows: number, load: (from: number, to: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows; from += CHUNK) await load(from, Math.min(from + CHUNK, rows) - 1);
}

/** $1, $2 first and last charge, $3 wallets, $4 opening balance. The wallet's seq 1 is its top-up. */
const CHARGES = `
  insert into credit_transactions (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence,
    held_before_pence, held_after_pence, counter_account, description, idempotency_key, request_fingerprint, created_by, created_at)
  select gen_random_uuid(), w.org_id, i / $3::bigint + 2, 'phone_number', 1, $4::bigint - i / $3::bigint,
    $4::bigint - i / $3::bigint - 1, 0, 0, 'revenue:assets', '+14155550142', 'history-' || i,
    '0123456789012345678901234567890123456789abc', 'bench', now() - interval '90 days' + i * interval '0.5 seconds'
  from generate_series($1::bigint, $2::bigint) i join bench_numbered w on w.n = i % $3::bigint`;

const CATCH_UP_WALLETS = `
  update wallets w set version = j.seq, balance_pence = $1::bigint - j.seq + 1
  from (select org_id, max(seq) as seq from credit_transactions group by org_id) j
  where j.org_id = w.org_id and w.version <> j.seq`;

/** $1, $2 first and last call, $3 wallets. Given back, so that the wallets owe nothing to them. */
const OLD_CALLS = `
  insert into credit_reservations (id, org_id, call_id, vapi_call_id, status, reserved_pence, released_pence,
    estimated_minutes, rate_card_id, created_at, expires_at, closed_at)
  select gen_random_uuid(), w.org_id, 'history-' || i, 'vapi-' || i, 'released', 280, 280, 5, w.org_id,
    t.at, t.at + interval '30 minutes', t.at + interval '1 minute'
  from generate_series($1::bigint, $2::bigint) i join bench_numbered w on w.n = i % $3::bigint
  cross join lateral (select now() - interval '90 days' + i * interval '1 second' as at) t`;

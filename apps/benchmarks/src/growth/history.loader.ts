import type { Pool, PoolClient } from 'pg';
import { OPENING_BALANCE_PENCE } from '../database/organizations.loader';

/** Rows per statement: large enough to be quick, small enough to show progress and to end when interrupted. */
const CHUNK = 250_000;

export interface History {
  readonly journalRows: number;
  readonly oldReservations: number;
}

/**
 * A past that the constraints accept: every wallet was topped up once and charged 1p again and again, and every old
 * call was reserved and given back long ago. Written straight into the tables in the order of time, every CHECK on;
 * indexes are built when the rows are there, and foreign keys, which the rows keep by their making, are not asked.
 */
export async function loadHistory(pool: Pool, history: History): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`alter system set max_wal_size = '16GB'`);
    await client.query('select pg_reload_conf()');
    await client.query(`set session_replication_role = replica; set maintenance_work_mem = '1GB'`);
    await client.query(
      `create temporary table numbered as select org_id, row_number() over (order by org_id) - 1 as n from wallets`,
    );
    await client.query('alter table numbered add primary key (n)');
    const { rows } = await client.query<{ wallets: number }>('select count(*)::integer as wallets from numbered');
    const wallets = rows[0]?.wallets as number;
    await withoutIndexes(client, 'credit_transactions', () =>
      inChunks(history.journalRows, (from, to) => client.query(CHARGES, [from, to, wallets, OPENING_BALANCE_PENCE])),
    );
    await client.query(CATCH_UP_WALLETS, [OPENING_BALANCE_PENCE]);
    await withoutIndexes(client, 'credit_reservations', () =>
      inChunks(history.oldReservations, (from, to) => client.query(OLD_CALLS, [from, to, wallets])),
    );
    await client.query('alter system reset max_wal_size');
    await client.query('select pg_reload_conf()');
  } finally {
    client.release(true); // its settings go with it
  }
  await pool.query('vacuum analyze');
  await pool.query('checkpoint');
}

/** Drops what can be built anew, the primary key excepted, and builds it as it was. */
async function withoutIndexes(client: PoolClient, table: string, load: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ drop: string; build: string }>(INDEXES, [table]);
  for (const { drop } of rows) await client.query(drop);
  await load();
  for (const { build } of rows) await client.query(build);
}

const INDEXES = `
  select case when c.oid is null then format('drop index %I', r.relname)
      else format('alter table %I drop constraint %I', $1::text, c.conname) end as drop,
    case when c.oid is null then pg_get_indexdef(i.indexrelid)
      else format('alter table %I add constraint %I %s', $1::text, c.conname, pg_get_constraintdef(c.oid)) end as build
  from pg_index i join pg_class r on r.oid = i.indexrelid
  left join pg_constraint c on c.conindid = i.indexrelid and c.conrelid = i.indrelid
  where i.indrelid = $1::regclass and not i.indisprimary`;

async function inChunks(rows: number, load: (from: number, to: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows; from += CHUNK) await load(from, Math.min(from + CHUNK, rows) - 1);
}

/** $1, $2 first and last charge, $3 wallets, $4 opening balance. The wallet's seq 1 is its top-up. */
const CHARGES = `
  insert into credit_transactions (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence,
    held_before_pence, held_after_pence, counter_account, description, idempotency_key, request_fingerprint, created_by, created_at)
  select uuidv7(i * interval '0.5 seconds' - interval '90 days'), w.org_id, i / $3::bigint + 2, 'phone_number', 1, $4::bigint - i / $3::bigint,
    $4::bigint - i / $3::bigint - 1, 0, 0, 'revenue:assets', '+14155550142', 'history-' || i,
    '0123456789012345678901234567890123456789abc', 'bench', now() - interval '90 days' + i * interval '0.5 seconds'
  from generate_series($1::bigint, $2::bigint) i join numbered w on w.n = i % $3::bigint`;

const CATCH_UP_WALLETS = `
  update wallets w set version = j.seq, balance_pence = $1::bigint - j.seq + 1
  from (select org_id, max(seq) as seq from credit_transactions group by org_id) j
  where j.org_id = w.org_id and w.version <> j.seq`;

/** $1, $2 first and last call, $3 wallets. Given back, so that the wallets owe nothing to them. */
const OLD_CALLS = `
  insert into credit_reservations (id, org_id, call_id, vapi_call_id, status, reserved_pence, released_pence,
    estimated_minutes, rate_card_id, created_at, expires_at, closed_at)
  select uuidv7(i * interval '1 second' - interval '90 days'), w.org_id, 'history-' || i, 'vapi-' || i, 'released', 280, 280, 5, w.org_id,
    t.at, t.at + interval '30 minutes', t.at + interval '1 minute'
  from generate_series($1::bigint, $2::bigint) i join numbered w on w.n = i % $3::bigint
  cross join lateral (select now() - interval '90 days' + i * interval '1 second' as at) t`;

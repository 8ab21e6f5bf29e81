import type { Pool, PoolClient } from 'pg';
import { OPENING_BALANCE_PENCE } from '../database/organizations.loader';
import { LOOKAHEAD_SECONDS, SLICE_SECONDS, type RunningCall } from './call-population';

/** 300 s at 56p a minute. */
export const SLICE_PENCE = 280;
const CHUNK = 20_000;

export const numberOf = (orgId: string): string => `number-${orgId}`;
export const assistantOf = (orgId: string): string => `assistant-${orgId}`;

/**
 * Calls in the middle of their talk, as the engine leaves them: the hold with every slice it has grown by in the journal,
 * the call with its control URL and the moment of the engine's next look, the number that it came in on. Without the past
 * of those calls in the story and in the delivery log.
 */
export async function loadRunningCalls(
  pool: Pool,
  calls: readonly RunningCall[],
  controlUrlOf: (callId: string) => string,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(NUMBERS);
    await client.query(
      'create temporary table running (call_id text, org_id uuid, started_at timestamptz, slices integer, control_url text, spent boolean) on commit drop',
    );
    for (let from = 0; from < calls.length; from += CHUNK) {
      await stage(client, calls.slice(from, from + CHUNK), controlUrlOf);
    }
    await client.query('analyze running');
    for (const sql of [SHORTEN_WALLETS, HOLDS, CALLS]) await client.query(sql);
    await client.query(JOURNAL);
    await client.query(WALLETS);
    await client.query('commit');
  } finally {
    client.release();
  }
  await pool.query('vacuum analyze calls, credit_reservations, credit_transactions, wallets, phone_numbers');
  await pool.query('checkpoint');
}

async function stage(
  client: PoolClient,
  calls: readonly RunningCall[],
  controlUrlOf: (callId: string) => string,
): Promise<void> {
  await client.query(
    'insert into running select * from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::text[], $6::boolean[])',
    [
      calls.map((call) => call.id),
      calls.map((call) => call.orgId),
      calls.map((call) => new Date(call.startedAtMs).toISOString()),
      calls.map((call) => call.slices),
      calls.map((call) => controlUrlOf(call.id)),
      calls.map((call) => Number.isFinite(call.paidUntilMs)),
    ],
  );
}

const NUMBERS = `
  insert into phone_numbers (id, org_id, status, vapi_phone_number_id, assistant_id)
  select gen_random_uuid(), org_id, 'active', 'number-' || org_id, 'assistant-' || org_id from wallets`;

/** A wallet whose call talks until its money is used up has what that call holds, and nothing else. */
const SHORTEN_WALLETS = `
  with spent as (
    update wallets w set balance_pence = r.slices * ${SLICE_PENCE}, version = version + 1
    from running r where r.org_id = w.org_id and r.spent returning w.org_id, w.version, w.balance_pence)
  insert into credit_transactions (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence,
    held_before_pence, held_after_pence, counter_account, created_by, created_at)
  select gen_random_uuid(), org_id, version, 'adjustment', ${OPENING_BALANCE_PENCE} - balance_pence,
    ${OPENING_BALANCE_PENCE}, balance_pence, 0, 0, 'adjustments', 'bench', clock_timestamp() from spent`;

/** Its last sign of life was some time in the last minute. */
const HOLDS = `
  insert into credit_reservations (id, org_id, call_id, vapi_call_id, status, reserved_pence, estimated_minutes,
    rate_card_id, created_at, expires_at, version)
  select gen_random_uuid(), org_id, call_id, call_id, 'active', slices * ${SLICE_PENCE}, 5, org_id,
    started_at - interval '3 seconds', now() + interval '30 minutes' - random() * interval '1 minute', slices
  from running`;

const CALLS = `
  insert into calls (call_id, org_id, billing_call_id, kind, phone_number_id, assistant_id, state, cap_seconds,
    control_url, created_at, started_at, next_decision_at)
  select call_id, org_id, call_id, 'inbound', 'number-' || org_id, 'assistant-' || org_id, 'live', 43200, control_url,
    started_at - interval '3 seconds', started_at,
    started_at + (slices * ${SLICE_SECONDS} - ${LOOKAHEAD_SECONDS}) * interval '1 second'
  from running`;

const JOURNAL = `
  insert into credit_transactions (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence,
    held_before_pence, held_after_pence, call_id, vapi_call_id, created_by, created_at)
  select gen_random_uuid(), org_id, version + nth, 'reservation', ${SLICE_PENCE}, balance_pence, balance_pence,
    (nth - 1) * ${SLICE_PENCE}, nth * ${SLICE_PENCE}, call_id, call_id, 'bench', at
  from (
    select r.org_id, r.call_id, w.version, w.balance_pence, t.at,
      row_number() over (partition by r.org_id order by t.at, r.call_id) as nth
    from running r join wallets w on w.org_id = r.org_id
    cross join lateral (
      select r.started_at + (i * ${SLICE_SECONDS} - ${LOOKAHEAD_SECONDS}) * interval '1 second' as at
      from generate_series(0, r.slices - 1) i) t
  ) slice`;

const WALLETS = `
  update wallets w set held_pence = r.slices * ${SLICE_PENCE}, version = w.version + r.slices,
    active_reservations = r.calls
  from (select org_id, sum(slices) as slices, count(*) as calls from running group by org_id) r
  where r.org_id = w.org_id`;

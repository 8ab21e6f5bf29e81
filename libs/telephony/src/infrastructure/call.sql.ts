import { statement } from '@holdfast/platform';
import type { Call, CallHappening, CallNews, CallState } from '../domain/call';
import type { CallKind } from '../domain/call-event';

export interface CallRow {
  call_id: string;
  org_id: string;
  billing_call_id: string;
  kind: CallKind;
  state: CallState;
  prepaid: boolean;
  cap_seconds: number | null;
  control_url: string | null;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  ended_reason: string | null;
  last_slice: boolean;
  warned_at_seconds: number | null;
  cut_attempts: number;
  lookups: number;
}

export const CALL_COLUMNS = `c.call_id, c.org_id, c.billing_call_id, c.kind, c.state, c.prepaid, c.cap_seconds,
  c.control_url, c.created_at, c.started_at, c.ended_at, c.ended_reason, c.last_slice, c.warned_at_seconds,
  c.cut_attempts, c.lookups`;

export const FIND_CALLS = statement<CallRow>(
  'find_calls',
  `select ${CALL_COLUMNS} from calls c where c.call_id = any($1::text[])`,
);

/**
 * States only move forward, whatever order news comes in. A call that was refused and never answered stays refused: that
 * Vapi then says it has ended, perhaps before the refusal was written down, is no news.
 */
const RANK = (state: string): string =>
  `array_position(array['refused', 'ringing', 'live', 'ended', 'settled'], ${state})`;
const FURTHER = `case
  when c.state in ('refused', 'ended') and excluded.state in ('refused', 'ended') and c.state <> excluded.state
    and c.started_at is null and excluded.started_at is null and c.cap_seconds is null then 'refused'
  when ${RANK('excluded.state')} > ${RANK('c.state')} then excluded.state else c.state end`;

/** A settlement brings the provider's own times. */
const TIME = (column: string, before: string): string =>
  `case when excluded.state = 'settled' then coalesce(excluded.${column}, c.${column}) else ${before} end`;
/** Whatever was told first, a call began when the earliest of its messages says. */
const STARTED_AT = TIME('started_at', 'least(c.started_at, excluded.started_at)');
/** Before a settlement, what was told first stands. */
const ENDED_AT = TIME('ended_at', 'coalesce(c.ended_at, excluded.ended_at)');

/** Merges news of calls into what is known. The organisation of a call never changes. */
export const LEARN_OF_CALLS = statement<never>(
  'learn_of_calls',
  `insert into calls as c (call_id, org_id, billing_call_id, kind, phone_number_id, assistant_id, state, cap_seconds,
     control_url, created_at, started_at, ended_at, settled_at, ended_reason, provider_cost_usd, next_decision_at)
   select v.call_id, v.org_id, coalesce(v.billing_call_id, v.call_id), coalesce(v.kind, 'unknown'), v.phone_number_id,
     v.assistant_id, v.state, v.cap_seconds, v.control_url, v.created_at, v.started_at, v.ended_at, v.settled_at,
     v.ended_reason, v.provider_cost_usd,
     case when v.state in ('refused', 'settled') then null else v.next_decision_at end
   from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[],
     $9::text[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::text[],
     $15::numeric[], $16::timestamptz[])
     as v (call_id, org_id, billing_call_id, kind, phone_number_id, assistant_id, state, cap_seconds, control_url,
       created_at, started_at, ended_at, settled_at, ended_reason, provider_cost_usd, next_decision_at)
   on conflict (call_id) do update set
     state = ${FURTHER},
     billing_call_id = case when c.billing_call_id = c.call_id then excluded.billing_call_id else c.billing_call_id end,
     kind = case when c.kind = 'unknown' then excluded.kind else c.kind end,
     phone_number_id = coalesce(c.phone_number_id, excluded.phone_number_id),
     assistant_id = coalesce(c.assistant_id, excluded.assistant_id),
     cap_seconds = greatest(c.cap_seconds, excluded.cap_seconds), -- asked twice, the gate may have let it last longer
     control_url = coalesce(excluded.control_url, c.control_url),
     started_at = ${STARTED_AT},
     ended_at = ${ENDED_AT},
     settled_at = coalesce(c.settled_at, excluded.settled_at),
     ended_reason = coalesce(c.ended_reason, excluded.ended_reason),
     provider_cost_usd = coalesce(excluded.provider_cost_usd, c.provider_cost_usd),
     next_decision_at = case when ${FURTHER} in ('refused', 'settled') then null
       when ${RANK('excluded.state')} < ${RANK('c.state')} then c.next_decision_at
       -- What tells nothing new makes nobody look sooner than planned.
       when excluded.state = 'live' and c.state = 'live' and (c.control_url is not null or excluded.control_url is null)
           and coalesce(excluded.started_at >= c.started_at, true)
         then coalesce(c.next_decision_at, excluded.next_decision_at)
       else coalesce(excluded.next_decision_at, c.next_decision_at) end`,
);

/**
 * Ends the lease it was made under, or begins another. Who asked for a look meanwhile (news, a top-up) moved the moment
 * away from the lease and knows better; who lost the lease only adds what was done. Which calls is said twice: planned while
 * the table was empty, the join alone would read all of it (see `keyed`, which is not for rows that are not locked).
 */
export const DECIDED = statement<never>(
  'calls_decided',
  `update calls c set
     next_decision_at = case when c.state in ('refused', 'settled') then null
       when c.leased_until is distinct from v.lease or c.next_decision_at is distinct from c.leased_until
         then c.next_decision_at
       else v.next_decision_at end,
     leased_until = case when c.leased_until is distinct from v.lease then c.leased_until else v.next_lease end,
     last_slice = coalesce(v.last_slice, c.last_slice),
     warned_at_seconds = case when v.forget_warning then null else coalesce(v.warned_at_seconds, c.warned_at_seconds) end,
     cut_attempts = coalesce(v.cut_attempts, c.cut_attempts),
     lookups = coalesce(v.lookups, c.lookups)
   from unnest($1::text[], $2::timestamptz[], $3::boolean[], $4::integer[], $5::boolean[], $6::integer[], $7::integer[],
     $8::timestamptz[], $9::timestamptz[])
     as v (call_id, next_decision_at, last_slice, warned_at_seconds, forget_warning, cut_attempts, lookups, lease,
       next_lease)
   where c.call_id = v.call_id and c.call_id = any($1::text[])`,
);

/** Whoever finds a call due moves it on by a lease: one replica at a time decides. */
export const CLAIM_DUE = `with due as (
    select call_id, next_decision_at as due_at from calls
    where next_decision_at <= $1::timestamptz and (leased_until is null or leased_until <= $1::timestamptz)
    order by next_decision_at limit $3::integer
    for update skip locked
  )
  update calls c set next_decision_at = $2::timestamptz, leased_until = $2::timestamptz
  from due where c.call_id = due.call_id
  returning ${CALL_COLUMNS}, due.due_at`;

/** Whoever works has a connection that moves money: nobody decides about a call without one. */
export const TAKE_FROM_THE_DEAD = `with dead as (
    select not exists (select from pg_stat_activity
      where datname = current_database() and application_name like 'holdfast-money-%') as are_all
  ), polls as (
    update recovery_progress set leased_until = '-infinity' from dead where are_all
  )
  update calls set next_decision_at = $1::timestamptz, leased_until = null from dead
  where are_all and leased_until > $1::timestamptz and next_decision_at is not null`;

export const TELL = statement<never>(
  'tell_of_calls',
  `insert into call_events (call_id, org_id, at, kind, detail)
   select * from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::json[])`,
);

/**
 * The oldest by id, which is the order they were written in: no index on the moment is needed, and what is young is not
 * searched for what is old.
 */
export const FORGET_STORIES = `delete from call_events where id in (
    select id from (select id, at from call_events order by id limit $2::integer) oldest where at < $1::timestamptz)`;

export function toCall(row: CallRow): Call {
  return {
    callId: row.call_id,
    orgId: row.org_id,
    billingCallId: row.billing_call_id,
    kind: row.kind,
    state: row.state,
    prepaid: row.prepaid,
    capSeconds: row.cap_seconds,
    controlUrl: row.control_url,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    endedReason: row.ended_reason,
    lastSlice: row.last_slice,
    warnedAtSeconds: row.warned_at_seconds,
    cutAttempts: row.cut_attempts,
    lookups: row.lookups,
  };
}

/** In which rows of `calls` are locked by whoever changes several: else two writers could wait for each other. */
export function inOrderOfCalls<Row extends { readonly callId: string }>(rows: readonly Row[]): readonly Row[] {
  return rows.length < 2 ? rows : [...rows].sort((a, b) => (a.callId < b.callId ? -1 : a.callId > b.callId ? 1 : 0));
}

export function eventColumns(happenings: readonly CallHappening[]): unknown[][] {
  return [
    happenings.map((h) => h.callId),
    happenings.map((h) => h.orgId),
    happenings.map((h) => h.at),
    happenings.map((h) => h.kind),
    happenings.map((h) => (h.detail ? JSON.stringify(h.detail) : null)),
  ];
}

export function newsColumns(unordered: readonly CallNews[]): unknown[][] {
  const news = inOrderOfCalls(unordered);
  return [
    news.map((n) => n.callId),
    news.map((n) => n.orgId),
    news.map((n) => n.billingCallId ?? null),
    news.map((n) => n.kind ?? null),
    news.map((n) => n.phoneNumberId ?? null),
    news.map((n) => n.assistantId ?? null),
    news.map((n) => n.state),
    news.map((n) => (n.capSeconds === undefined ? null : Math.floor(n.capSeconds))),
    news.map((n) => n.controlUrl ?? null),
    news.map((n) => n.at),
    news.map((n) => n.startedAt ?? null),
    news.map((n) => n.endedAt ?? null),
    news.map((n) => n.settledAt ?? null),
    news.map((n) => n.endedReason ?? null),
    news.map((n) => n.costUsd ?? null),
    news.map((n) => n.nextDecisionAt ?? null),
  ];
}

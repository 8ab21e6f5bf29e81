import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is known of every call, when the engine must look at it next, and what happened to it. */
export class Calls1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table calls (
        call_id text primary key,
        org_id uuid not null references organizations (id),
        -- the call id its hold was reserved under: another than Vapi's when a client reserved it beforehand
        billing_call_id text not null,
        kind text not null,
        phone_number_id text,
        assistant_id text,
        state text not null,
        prepaid boolean not null default true,
        cap_seconds integer,
        control_url text,
        created_at timestamptz not null,
        started_at timestamptz,
        ended_at timestamptz,
        settled_at timestamptz,
        ended_reason text,
        provider_cost_usd numeric,
        last_slice boolean not null default false,
        warned_at_seconds integer,
        cut_attempts integer not null default 0,
        lookups integer not null default 0,
        next_decision_at timestamptz,
        leased_until timestamptz,
        constraint call_state_is_known check (state in ('refused', 'ringing', 'live', 'ended', 'settled')),
        constraint call_kind_is_known check (kind in ('inbound', 'outbound', 'web', 'unknown')),
        constraint a_settled_call_needs_no_decision check (state not in ('refused', 'settled') or next_decision_at is null)
      ) with (fillfactor = 70);
      create index idx_calls_due on calls (next_decision_at) where next_decision_at is not null;
      create index idx_calls_org_state on calls (org_id, state, created_at desc);
      create index idx_calls_live on calls (created_at) where state in ('ringing', 'live', 'ended');
      create index idx_calls_billing on calls (billing_call_id);
      comment on column calls.next_decision_at is 'whoever finds it past takes it, moves it on, and decides: one replica at a time';
      comment on column calls.leased_until is 'somebody has this call in hand: until then nobody else takes it, however soon it is asked for';

      create table call_events (
        id bigint generated always as identity primary key,
        call_id text not null,
        org_id uuid not null,
        at timestamptz not null,
        kind text not null,
        detail json
      );
      create index idx_call_events_call on call_events (call_id, id);

      create table recovery_progress (
        name text primary key,
        read_until timestamptz not null,
        leased_until timestamptz not null
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Holds: credit set aside for one call. */
export class Reservations1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table credit_reservations (
        id uuid primary key,
        org_id uuid not null references wallets (org_id),
        call_id text not null,
        vapi_call_id text,
        status text not null,
        reserved_pence bigint not null,
        committed_pence bigint not null default 0,
        released_pence bigint not null default 0,
        uncollected_pence bigint not null default 0,
        estimated_minutes integer not null,
        rate_card_id uuid not null,
        prepaid boolean not null default true,
        partial boolean not null default false,
        late boolean not null default false,
        actual_duration_seconds double precision,
        billed_seconds integer,
        settlement json,
        discrepancy_seconds double precision,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        closed_at timestamptz,
        committed_at timestamptz,
        version integer not null default 1,
        constraint credit_res_call_unique unique (call_id),
        constraint reservation_keeps_its_organizations_rate_card
          foreign key (org_id, rate_card_id) references rate_cards (org_id, id),
        constraint reservation_status_is_known check (status in ('active', 'committed', 'released', 'expired')),
        constraint call_id_is_given check (length(call_id) between 1 and 255),
        constraint nothing_reserved_is_negative check (
          reserved_pence >= 0 and committed_pence >= 0 and released_pence >= 0 and uncollected_pence >= 0),
        constraint a_hold_is_closed_exactly_once check (case status
          when 'active' then committed_pence = 0 and released_pence = 0 and closed_at is null
          when 'committed' then closed_at is not null and committed_at is not null
            and (released_pence = greatest(reserved_pence - committed_pence, 0) or (late and released_pence = reserved_pence))
          else closed_at is not null and committed_pence = 0 and released_pence = reserved_pence end)
      ) with (fillfactor = 70);
      create index idx_credit_res_org_status on credit_reservations (org_id, status, created_at desc, id desc);
      create index idx_credit_res_expires on credit_reservations (expires_at) where status = 'active';
      create index idx_credit_res_org_created on credit_reservations (org_id, created_at desc, id desc);
      create index idx_credit_res_vapi_call on credit_reservations (vapi_call_id, org_id) where vapi_call_id is not null;
      comment on column credit_reservations.prepaid is 'false: the organisation runs without prepaid billing, nothing is held';
      comment on column credit_reservations.settlement is 'the first answer to commit, repeated verbatim to every repeat';
      comment on column credit_reservations.discrepancy_seconds is
        'a later report named this duration; the first charge was kept';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}

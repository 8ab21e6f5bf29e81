import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tenants, their immutable rate cards, and one wallet each. */
export class Organizations1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table organizations (
        id uuid primary key,
        name text not null,
        prepaid_billing boolean not null default true,
        estimated_minutes integer not null default 5,
        sharing text not null default 'protect',
        low_balance_pence bigint not null default 0,
        rate_card_id uuid not null,
        created_at timestamptz not null default clock_timestamp(),
        updated_at timestamptz not null default clock_timestamp(),
        constraint organization_name_is_given check (name <> ''),
        constraint estimated_minutes_are_1_to_720 check (estimated_minutes between 1 and 720),
        constraint sharing_is_protect_or_strict check (sharing in ('protect', 'strict')),
        constraint low_balance_is_in_range check (low_balance_pence between 0 and 9007199254740991)
      );

      create table rate_cards (
        id uuid primary key,
        org_id uuid not null references organizations (id) deferrable initially deferred,
        version integer not null,
        pence_per_minute_e4 bigint not null,
        increment_seconds integer not null,
        minimum_seconds integer not null,
        connection_fee_pence bigint not null,
        created_at timestamptz not null default clock_timestamp(),
        constraint rate_card_version_is_unique unique (org_id, version),
        constraint rate_card_belongs_to_its_organization unique (org_id, id),
        constraint rate_is_in_range check (pence_per_minute_e4 between 0 and 10000000000),
        constraint increment_is_in_range check (increment_seconds between 1 and 3600),
        constraint minimum_is_in_range check (minimum_seconds between 0 and 3600),
        constraint connection_fee_is_in_range check (connection_fee_pence between 0 and 1000000000)
      );
      comment on column rate_cards.pence_per_minute_e4 is 'ten-thousandths of a penny per minute: 560000 = 56p';

      alter table organizations add constraint current_rate_card_is_the_organizations_own
        foreign key (id, rate_card_id) references rate_cards (org_id, id) deferrable initially deferred;

      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = '42501';
      end $$;

      create trigger rate_cards_are_immutable before update or delete or truncate on rate_cards
        for each statement execute function refuse_change();

      create table wallets (
        org_id uuid primary key references organizations (id),
        currency text not null default 'GBP',
        balance_pence bigint not null default 0,
        held_pence bigint not null default 0,
        debt_limit_pence bigint not null default 0,
        arrears_pence bigint not null default 0,
        active_reservations integer not null default 0,
        version bigint not null default 0,
        constraint currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
        constraint held_is_never_negative check (held_pence >= 0),
        constraint arrears_are_never_negative check (arrears_pence >= 0),
        constraint active_reservations_are_never_negative check (active_reservations >= 0),
        constraint debt_limit_is_in_range check (debt_limit_pence between 0 and 9007199254740991),
        constraint balance_is_in_range check (balance_pence between -9007199254740991 and 9007199254740991),
        constraint arrears_are_in_range check (arrears_pence <= 9007199254740991),
        constraint available_credit_is_never_below_the_limit check (balance_pence - held_pence >= -debt_limit_pence)
      ) with (fillfactor = 50);
      comment on column wallets.version is 'the seq of the wallet''s newest row in credit_transactions';
      comment on table wallets is 'change only through the engine: every change is one row of credit_transactions';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Buying, paying and giving back phone numbers: what the saga must know to go on after any crash. */
export class NumberPurchases1700000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table phone_numbers
        add column origin text not null default 'registered',
        add column version integer not null default 1,
        add column country text,
        add column number_type text,
        add column area_code text,
        add column direction text,
        add column cost_pence bigint,
        add column charge_id uuid references credit_transactions (id) deferrable initially deferred,
        add column refund_id uuid references credit_transactions (id) deferrable initially deferred,
        add column idempotency_key text,
        add column request_fingerprint text,
        add column created_by text,
        add column provider text,
        add column provider_ref text,
        add column step text,
        add column lease integer not null default 0,
        add column attempts integer not null default 0,
        add column next_attempt_at timestamptz,
        add column step_since timestamptz,
        add column settled_at timestamptz,
        add column failure_reason text,
        add column last_error text,
        add constraint number_origin_is_known check (origin in ('purchased', 'registered')),
        add constraint number_step_is_known check (
          step in ('charged', 'buying', 'registering', 'giving_back', 'releasing')),
        add constraint a_purchase_names_its_charge check (
          (origin = 'purchased') = (charge_id is not null) and (origin = 'purchased') = (cost_pence is not null)),
        add constraint a_purchase_names_its_request check (
          origin = 'registered' or (country is not null and number_type is not null and direction is not null
            and idempotency_key is not null and request_fingerprint is not null and provider is not null)),
        add constraint a_price_is_a_positive_whole_number check (cost_pence between 1 and 9007199254740991),
        add constraint a_failed_purchase_is_refunded_and_no_other check ((status = 'failed') = (refund_id is not null)),
        add constraint an_active_purchase_can_be_called check (
          origin = 'registered' or status <> 'active' or (phone_number is not null and vapi_phone_number_id is not null)),
        add constraint an_open_number_has_a_next_step check (
          (step is null) = (status in ('active', 'failed', 'released')) and (step is null) = (next_attempt_at is null)),
        add constraint a_step_says_since_when check ((step is null) = (step_since is null));

      create unique index a_number_is_bought_once_per_key on phone_numbers (org_id, idempotency_key)
        where idempotency_key is not null;
      create unique index a_charge_buys_one_number on phone_numbers (charge_id) where charge_id is not null;
      create unique index a_refund_ends_one_purchase on phone_numbers (refund_id) where refund_id is not null;
      create index idx_phone_numbers_due on phone_numbers (provider, next_attempt_at) where next_attempt_at is not null;
      create index idx_phone_numbers_digits on phone_numbers (org_id, phone_number) where phone_number is not null;

      comment on column phone_numbers.origin is 'purchased: bought and charged here. registered: an operator named it';
      comment on column phone_numbers.step is 'what happens next, or is happening; null when nothing is left to do';
      comment on column phone_numbers.lease is 'counts who took the row; only the newest may write a step';
      comment on column phone_numbers.next_attempt_at is
        'until then it belongs to whoever works on it; whoever finds it past takes it and goes on';
      comment on column phone_numbers.step_since is 'of buying: noted before the purchase goes out, so it may have been sent since then';

      create table phone_number_prices (
        country text not null,
        number_type text not null,
        price_pence bigint not null,
        updated_at timestamptz not null,
        updated_by text not null,
        primary key (country, number_type),
        constraint number_price_is_in_range check (price_pence between 1 and 1000000000)
      );
      comment on table phone_number_prices is 'what is not listed costs the default';

      create table phone_number_orphans (
        kind text not null,
        intent_id uuid not null,
        side text not null,
        ref text,
        phone_number text,
        org_id uuid,
        detail text not null,
        first_seen_at timestamptz not null,
        last_seen_at timestamptz not null,
        primary key (kind, intent_id, side),
        constraint orphan_kind_is_known check (kind in ('nobody_paid', 'not_at_provider', 'stuck'))
      );

      create table phone_number_orphan_checks (
        only_row boolean primary key default true,
        leased_until timestamptz not null,
        checked_at timestamptz,
        problem text,
        constraint there_is_one_row check (only_row)
      );
      comment on column phone_number_orphan_checks.problem is 'why the last check could not see everything; null: it did';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}

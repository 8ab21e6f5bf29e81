import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The append-only journal: one row per change of a wallet, and what is still owed. */
export class Journal1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table credit_transactions (
        id uuid primary key,
        org_id uuid not null references wallets (org_id),
        seq bigint not null,
        type text not null,
        amount_pence bigint not null,
        balance_before_pence bigint not null,
        balance_after_pence bigint not null,
        held_before_pence bigint not null,
        held_after_pence bigint not null,
        counter_account text,
        call_id text,
        vapi_call_id text,
        arrears_id uuid,
        refund_of uuid,
        arrears_collected_pence bigint not null default 0,
        description text,
        idempotency_key text,
        request_fingerprint text,
        created_by text not null,
        created_at timestamptz not null,
        constraint one_history_per_wallet unique (org_id, seq),
        constraint credit_transactions_type_check check (type in (
          'topup', 'bonus', 'refund', 'adjustment', 'phone_number', 'phone_provisioning', 'did', 'license',
          'call_deduction', 'reservation', 'reservation_release')),
        constraint amount_is_a_positive_whole_number check (amount_pence between 1 and 9007199254740991),
        constraint held_is_never_negative_in_the_journal check (held_before_pence >= 0 and held_after_pence >= 0),
        constraint a_key_comes_with_its_request check ((idempotency_key is null) = (request_fingerprint is null)),
        constraint every_movement_names_its_counter_account check (coalesce(case type
          when 'topup' then counter_account = 'cash'
          when 'bonus' then counter_account = 'promotions'
          when 'adjustment' then counter_account = 'adjustments'
          when 'refund' then counter_account in ('cash', 'revenue:calls', 'revenue:assets', 'promotions', 'adjustments')
          when 'call_deduction' then counter_account = 'revenue:calls'
          when 'reservation' then counter_account is null
          when 'reservation_release' then counter_account is null
          else counter_account = 'revenue:assets' end, false)),
        constraint each_type_moves_what_its_name_says check (case
          when type in ('topup', 'bonus', 'refund') then
            balance_after_pence - balance_before_pence = amount_pence and held_after_pence = held_before_pence
          when type = 'adjustment' then
            abs(balance_after_pence - balance_before_pence) = amount_pence and held_after_pence = held_before_pence
          when type = 'call_deduction' then
            balance_before_pence - balance_after_pence = amount_pence
            and held_before_pence - held_after_pence between 0 and amount_pence
          when type = 'reservation' then
            balance_after_pence = balance_before_pence and held_after_pence - held_before_pence = amount_pence
          when type = 'reservation_release' then
            balance_after_pence = balance_before_pence and held_before_pence - held_after_pence = amount_pence
          else balance_before_pence - balance_after_pence = amount_pence and held_after_pence = held_before_pence end)
      );
      create unique index idx_credit_txn_idempotency on credit_transactions (org_id, idempotency_key)
        where idempotency_key is not null;
      create unique index a_call_is_charged_once on credit_transactions (call_id)
        where type = 'call_deduction' and arrears_id is null;
      create index idx_credit_txn_call on credit_transactions (org_id, call_id, seq) where call_id is not null;
      create unique index a_transaction_is_refunded_once on credit_transactions (refund_of) where refund_of is not null;

      create trigger credit_transactions_are_append_only before update or delete or truncate on credit_transactions
        for each statement execute function refuse_change();

      create table arrears (
        id uuid primary key,
        org_id uuid not null references wallets (org_id),
        call_id text not null,
        vapi_call_id text,
        amount_pence bigint not null,
        collected_pence bigint not null default 0,
        created_at timestamptz not null,
        constraint arrears_of_a_call_arise_once unique (call_id),
        constraint arrears_are_collected_up_to_their_amount check (collected_pence between 0 and amount_pence),
        constraint arrears_amount_is_positive check (amount_pence between 1 and 9007199254740991)
      );
      create index idx_arrears_open on arrears (org_id, created_at, id) where collected_pence < amount_pence;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}

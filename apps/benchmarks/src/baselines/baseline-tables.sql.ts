/**
 * What a competent user would write instead: the same facts in leaner tables (fewer indexes and checks than Holdfast
 * has, a held column instead of summing active holds), so that no ratio comes from a straw man.
 */
export const BASELINE_TABLES = `
  create schema baseline;

  create table baseline.wallets (
    org_id uuid primary key,
    balance_pence bigint not null,
    held_pence bigint not null default 0,
    debt_limit_pence bigint not null default 0,
    check (held_pence >= 0),
    check (balance_pence - held_pence >= -debt_limit_pence)
  ) with (fillfactor = 50);

  create table baseline.credit_transactions (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null references baseline.wallets (org_id),
    type text not null,
    amount_pence bigint not null check (amount_pence > 0),
    balance_before_pence bigint not null,
    balance_after_pence bigint not null,
    call_id text,
    description text,
    idempotency_key text,
    created_at timestamptz not null default now()
  );
  create unique index on baseline.credit_transactions (org_id, idempotency_key) where idempotency_key is not null;
  create index on baseline.credit_transactions (org_id, created_at desc);

  create table baseline.credit_reservations (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null references baseline.wallets (org_id),
    call_id text not null unique,
    status text not null default 'active',
    reserved_pence bigint not null,
    committed_pence bigint not null default 0,
    released_pence bigint not null default 0,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    check (status in ('active', 'committed', 'released', 'expired'))
  ) with (fillfactor = 70);
  create index on baseline.credit_reservations (org_id, status);
  create index on baseline.credit_reservations (expires_at) where status = 'active';
`;

/** The organisations of Holdfast, with the same money. */
export const COPY_WALLETS = `
  insert into baseline.wallets (org_id, balance_pence) select org_id, balance_pence from wallets;
  vacuum analyze baseline.wallets;
`;

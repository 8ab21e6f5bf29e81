/**
 * What the stored functions would have to write to keep the books that Holdfast keeps: its own tables with their indexes and
 * checks, an entry with before and after for every change of a wallet, the answer kept for a repeat. Not what a target is
 * measured against; it tells how much of a ratio is due to fuller books.
 */
export const SAME_BOOKS = `
  create schema same_books;
  create table same_books.wallets (like public.wallets including all);
  create table same_books.credit_transactions (like public.credit_transactions including all);
  create table same_books.credit_reservations (like public.credit_reservations including all);

  create function same_books.reserve_call(p_org uuid, p_call text, p_minutes integer) returns jsonb language plpgsql as $$
  declare
    v_cost bigint := p_minutes * 56;
    v_id uuid := uuidv7();
    v_reservation public.credit_reservations;
    v_wallet same_books.wallets;
  begin
    select * into v_reservation from same_books.credit_reservations where call_id = p_call and org_id = p_org;
    if found then
      return jsonb_build_object('success', true, 'duplicate', true, 'reservation_id', v_reservation.id,
        'reserved_pence', v_reservation.reserved_pence);
    end if;

    select * into v_wallet from same_books.wallets where org_id = p_org for no key update;
    if not found then
      return jsonb_build_object('success', false, 'error', 'organization_not_found');
    end if;
    if v_wallet.balance_pence - v_wallet.held_pence + v_wallet.debt_limit_pence < v_cost then
      return jsonb_build_object('success', false, 'error', 'insufficient_balance', 'balance_pence', v_wallet.balance_pence);
    end if;

    insert into same_books.credit_reservations
      (id, org_id, call_id, status, reserved_pence, estimated_minutes, rate_card_id, created_at, expires_at)
      values (v_id, p_org, p_call, 'active', v_cost, p_minutes, p_org, now(), now() + interval '30 minutes');
    insert into same_books.credit_transactions
      (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence, held_before_pence, held_after_pence,
       call_id, created_by, created_at)
      values (uuidv7(), p_org, v_wallet.version + 1, 'reservation', v_cost, v_wallet.balance_pence, v_wallet.balance_pence,
        v_wallet.held_pence, v_wallet.held_pence + v_cost, p_call, 'bench', now());
    update same_books.wallets set held_pence = v_wallet.held_pence + v_cost,
      active_reservations = v_wallet.active_reservations + 1, version = v_wallet.version + 1 where org_id = p_org;
    return jsonb_build_object('success', true, 'reservation_id', v_id, 'reserved_pence', v_cost,
      'balance_pence', v_wallet.balance_pence, 'effective_balance_pence', v_wallet.balance_pence - v_wallet.held_pence - v_cost);
  end $$;

  create function same_books.commit_call(p_call text, p_seconds numeric) returns jsonb language plpgsql as $$
  declare
    v_cost bigint := ceil(p_seconds / 60) * 56;
    v_id uuid := uuidv7();
    v_reservation same_books.credit_reservations;
    v_wallet same_books.wallets;
    v_captured bigint;
    v_released bigint;
    v_seq bigint;
    v_answer jsonb;
  begin
    select * into v_reservation from same_books.credit_reservations where call_id = p_call;
    if not found then
      return jsonb_build_object('success', false, 'error', 'no_active_reservation');
    end if;
    select * into v_wallet from same_books.wallets where org_id = v_reservation.org_id for no key update;
    select * into v_reservation from same_books.credit_reservations where call_id = p_call for no key update;
    if v_reservation.status <> 'active' then
      return v_reservation.settlement::jsonb || jsonb_build_object('duplicate', true);
    end if;

    v_captured := least(v_cost, v_reservation.reserved_pence);
    v_released := v_reservation.reserved_pence - v_captured;
    v_seq := v_wallet.version + 1;
    insert into same_books.credit_transactions
      (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence, held_before_pence, held_after_pence,
       counter_account, call_id, created_by, created_at)
      values (v_id, v_wallet.org_id, v_seq, 'call_deduction', v_cost, v_wallet.balance_pence, v_wallet.balance_pence - v_cost,
        v_wallet.held_pence, v_wallet.held_pence - v_captured, 'revenue:calls', p_call, 'bench', now());
    if v_released > 0 then
      v_seq := v_seq + 1;
      insert into same_books.credit_transactions
        (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence, held_before_pence, held_after_pence,
         call_id, created_by, created_at)
        values (uuidv7(), v_wallet.org_id, v_seq, 'reservation_release', v_released, v_wallet.balance_pence - v_cost,
          v_wallet.balance_pence - v_cost, v_wallet.held_pence - v_captured, v_wallet.held_pence - v_reservation.reserved_pence,
          p_call, 'bench', now());
    end if;
    update same_books.wallets set balance_pence = v_wallet.balance_pence - v_cost,
      held_pence = v_wallet.held_pence - v_reservation.reserved_pence,
      active_reservations = v_wallet.active_reservations - 1, version = v_seq where org_id = v_wallet.org_id;
    v_answer := jsonb_build_object('success', true, 'transaction_id', v_id, 'actual_cost_pence', v_cost,
      'released_pence', v_released, 'balance_before_pence', v_wallet.balance_pence,
      'balance_after_pence', v_wallet.balance_pence - v_cost);
    update same_books.credit_reservations
      set status = 'committed', committed_pence = v_cost, released_pence = v_released, settlement = v_answer::json,
        actual_duration_seconds = p_seconds, billed_seconds = ceil(p_seconds / 60) * 60, closed_at = now(),
        committed_at = now(), version = version + 1
      where id = v_reservation.id;
    return v_answer;
  end $$;
`;

/**
 * The rows of whole calls of one wallet and nothing else: no engine, no rules, no parameters, many calls in one transaction. What
 * one connection of this PostgreSQL can write at most while the books are kept as full as ours.
 */
export const ROWS_ALONE = `
  create function same_books.write_calls(p_org uuid, p_calls integer) returns void language plpgsql as $$
  declare
    v_wallet same_books.wallets;
    v_ids text[] := array(select gen_random_uuid()::text from generate_series(1, p_calls));
  begin
    select * into v_wallet from same_books.wallets where org_id = p_org for no key update;
    insert into same_books.credit_reservations
      (id, org_id, call_id, status, reserved_pence, estimated_minutes, rate_card_id, created_at, expires_at)
      select uuidv7(), p_org, call_id, 'active', 280, 5, p_org, now(), now() + interval '30 minutes'
      from unnest(v_ids) as u (call_id);
    insert into same_books.credit_transactions
      (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence, held_before_pence, held_after_pence,
       counter_account, call_id, created_by, created_at)
      select uuidv7(), p_org, v_wallet.version + 3 * (n - 1) + step, type, pence, v_wallet.balance_pence - 224 * (n - 1) - paid_before,
        v_wallet.balance_pence - 224 * (n - 1) - paid_after, v_wallet.held_pence + held_before, v_wallet.held_pence + held_after,
        counter_account, call_id, 'bench', now()
      from unnest(v_ids) with ordinality as u (call_id, n)
      cross join (values (1, 'reservation', 280, 0, 0, 0, 280, null), (2, 'call_deduction', 224, 0, 224, 280, 56, 'revenue:calls'),
        (3, 'reservation_release', 56, 224, 224, 56, 0, null))
        as entry (step, type, pence, paid_before, paid_after, held_before, held_after, counter_account);
    update same_books.credit_reservations
      set status = 'committed', committed_pence = 224, released_pence = 56, actual_duration_seconds = 187.412,
        billed_seconds = 240, closed_at = now(), committed_at = now(), version = version + 1,
        settlement = json_build_object('status', 'committed', 'reservedPence', 280, 'actualCostPence', 224, 'chargedPence', 224,
          'releasedPence', 56, 'uncollectedPence', 0, 'billedSeconds', 240, 'actualDurationSeconds', 187.412)
      from unnest(v_ids) as u (id) where call_id = u.id;
    update same_books.wallets set balance_pence = balance_pence - 224 * p_calls, version = version + 3 * p_calls
      where org_id = p_org;
  end $$;
`;

/** The organisations of Holdfast, with the same money. */
export const COPY_BOOKS = `
  insert into same_books.wallets select * from public.wallets;
  insert into same_books.credit_transactions select * from public.credit_transactions;
  vacuum analyze same_books.wallets, same_books.credit_transactions;
`;

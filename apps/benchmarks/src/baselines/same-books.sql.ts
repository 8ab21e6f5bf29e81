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

/** The organisations of Holdfast, with the same money. */
export const COPY_BOOKS = `
  insert into same_books.wallets select * from public.wallets;
  insert into same_books.credit_transactions select * from public.credit_transactions;
  vacuum analyze same_books.wallets, same_books.credit_transactions;
`;

/** One function per operation, in the manner of the old engine: look for a repeat, lock, decide, insert, update. */
export const STORED_FUNCTIONS = `
  create function baseline.deduct_asset(p_org uuid, p_cost bigint, p_type text, p_description text, p_key text)
  returns jsonb language plpgsql as $$
  declare
    v_balance bigint;
    v_held bigint;
    v_id uuid;
  begin
    select id, balance_after_pence into v_id, v_balance from baseline.credit_transactions
      where org_id = p_org and idempotency_key = p_key;
    if found then
      return jsonb_build_object('success', true, 'duplicate', true, 'transaction_id', v_id, 'balance_after_pence', v_balance);
    end if;

    select balance_pence, held_pence into v_balance, v_held from baseline.wallets where org_id = p_org for update;
    if not found then
      return jsonb_build_object('success', false, 'error', 'organization_not_found');
    end if;
    if v_balance - v_held < p_cost then
      return jsonb_build_object('success', false, 'error', 'insufficient_balance', 'balance_pence', v_balance);
    end if;

    insert into baseline.credit_transactions
      (org_id, type, amount_pence, balance_before_pence, balance_after_pence, description, idempotency_key)
      values (p_org, p_type, p_cost, v_balance, v_balance - p_cost, p_description, p_key)
      returning id into v_id;
    update baseline.wallets set balance_pence = v_balance - p_cost where org_id = p_org;
    return jsonb_build_object('success', true, 'transaction_id', v_id,
      'balance_before_pence', v_balance, 'balance_after_pence', v_balance - p_cost);
  end $$;

  create function baseline.reserve_call(p_org uuid, p_call text, p_minutes integer) returns jsonb language plpgsql as $$
  declare
    v_cost bigint := p_minutes * 56;
    v_balance bigint;
    v_held bigint;
    v_limit bigint;
    v_id uuid;
  begin
    select id, reserved_pence into v_id, v_cost from baseline.credit_reservations where call_id = p_call and org_id = p_org;
    if found then
      return jsonb_build_object('success', true, 'duplicate', true, 'reservation_id', v_id, 'reserved_pence', v_cost);
    end if;
    v_cost := p_minutes * 56;

    select balance_pence, held_pence, debt_limit_pence into v_balance, v_held, v_limit
      from baseline.wallets where org_id = p_org for update;
    if not found then
      return jsonb_build_object('success', false, 'error', 'organization_not_found');
    end if;
    if v_balance - v_held + v_limit < v_cost then
      return jsonb_build_object('success', false, 'error', 'insufficient_balance', 'balance_pence', v_balance);
    end if;

    insert into baseline.credit_reservations (org_id, call_id, reserved_pence, expires_at)
      values (p_org, p_call, v_cost, now() + interval '30 minutes') returning id into v_id;
    update baseline.wallets set held_pence = v_held + v_cost where org_id = p_org;
    return jsonb_build_object('success', true, 'reservation_id', v_id, 'reserved_pence', v_cost,
      'balance_pence', v_balance, 'effective_balance_pence', v_balance - v_held - v_cost);
  end $$;

  create function baseline.commit_call(p_call text, p_seconds numeric) returns jsonb language plpgsql as $$
  declare
    v_reservation baseline.credit_reservations;
    v_cost bigint := ceil(p_seconds / 60) * 56;
    v_balance bigint;
    v_id uuid;
  begin
    select * into v_reservation from baseline.credit_reservations where call_id = p_call for update;
    if not found then
      return jsonb_build_object('success', false, 'error', 'no_active_reservation');
    end if;
    if v_reservation.status <> 'active' then
      return jsonb_build_object('success', true, 'duplicate', true, 'actual_cost_pence', v_reservation.committed_pence);
    end if;

    select balance_pence into v_balance from baseline.wallets where org_id = v_reservation.org_id for update;
    insert into baseline.credit_transactions
      (org_id, type, amount_pence, balance_before_pence, balance_after_pence, call_id, idempotency_key)
      values (v_reservation.org_id, 'call_deduction', v_cost, v_balance, v_balance - v_cost, p_call, p_call)
      returning id into v_id;
    update baseline.wallets set balance_pence = v_balance - v_cost, held_pence = held_pence - v_reservation.reserved_pence
      where org_id = v_reservation.org_id;
    update baseline.credit_reservations
      set status = 'committed', committed_pence = v_cost, released_pence = greatest(reserved_pence - v_cost, 0)
      where id = v_reservation.id;
    return jsonb_build_object('success', true, 'transaction_id', v_id, 'actual_cost_pence', v_cost,
      'balance_before_pence', v_balance, 'balance_after_pence', v_balance - v_cost);
  end $$;
`;

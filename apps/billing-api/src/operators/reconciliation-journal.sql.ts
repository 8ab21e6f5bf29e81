import { BALANCE_MOVED } from './reconciliation-amounts.sql';
import type { InvariantCheck } from './reconciliation-invariant';

/** The journal by itself. */
export const JOURNAL_CHECKS: readonly InvariantCheck[] = [
  {
    name: 'each_history_is_one_chain_without_gaps',
    // A join by hash: the window function that says the same reads the journal in index order, four times slower.
    sql: `select t.id::text from credit_transactions t
        left join credit_transactions earlier on earlier.org_id = t.org_id and earlier.seq = t.seq - 1
        where (earlier.id is null and t.seq <> 1)
          or t.balance_before_pence <> coalesce(earlier.balance_after_pence, 0)
          or t.held_before_pence <> coalesce(earlier.held_after_pence, 0)
      union all select org_id::text from credit_transactions group by org_id having count(*) <> max(seq)`,
  },
  {
    name: 'each_transaction_moves_what_its_type_says',
    sql: `select id from (
        select id, type, amount_pence, balance_after_pence - balance_before_pence as balance,
          held_after_pence - held_before_pence as held, held_after_pence from credit_transactions) moved
      where amount_pence < 1 or held_after_pence < 0 or not case
        when type in ('topup', 'bonus', 'refund') then balance = amount_pence and held = 0
        when type = 'adjustment' then abs(balance) = amount_pence and held = 0
        when type = 'call_deduction' then balance = -amount_pence and held between -amount_pence and 0
        when type = 'reservation' then balance = 0 and held = amount_pence
        when type = 'reservation_release' then balance = 0 and held = -amount_pence
        when type in ('phone_number', 'phone_provisioning', 'did', 'license') then balance = -amount_pence and held = 0
        else false end`,
  },
  {
    name: 'every_movement_names_its_counter_account',
    sql: `select id from credit_transactions where counter_account is distinct from case type
        when 'topup' then 'cash'
        when 'bonus' then 'promotions'
        when 'adjustment' then 'adjustments'
        when 'call_deduction' then 'revenue:calls'
        when 'reservation' then null
        when 'reservation_release' then null
        when 'refund' then coalesce(counter_account, 'the account that was credited')
        else 'revenue:assets' end`,
  },
  {
    name: 'wallets_and_counter_accounts_add_up_to_zero',
    sql: `with wallet_side as (select currency, sum(balance_pence) as pence from wallets group by currency),
      counter_side as (
        select currency, -sum(${BALANCE_MOVED}) as pence from credit_transactions join wallets using (org_id)
        where counter_account is not null group by currency)
      select currency from wallet_side full join counter_side using (currency)
      where coalesce(wallet_side.pence, 0) + coalesce(counter_side.pence, 0) <> 0`,
  },
  {
    name: 'assets_are_paid_from_credit_alone',
    sql: `select id from credit_transactions
      where type in ('phone_number', 'phone_provisioning', 'did', 'license') and balance_after_pence < held_after_pence`,
  },
  {
    name: 'a_key_has_one_effect',
    sql: `select org_id || ' ' || idempotency_key from credit_transactions where idempotency_key is not null
      group by org_id, idempotency_key having count(*) > 1`,
  },
  {
    name: 'a_refund_gives_one_charge_back_once',
    sql: `select refund.id from credit_transactions refund
      left join credit_transactions charge on charge.id = refund.refund_of
      where refund.refund_of is not null and (charge.id is null or refund.type <> 'refund'
        or charge.balance_after_pence >= charge.balance_before_pence or refund.amount_pence > charge.amount_pence
        or refund.counter_account is distinct from charge.counter_account)
      union all select refund_of from credit_transactions where refund_of is not null group by refund_of having count(*) > 1`,
  },
];

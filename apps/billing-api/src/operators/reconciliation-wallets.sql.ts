import { BALANCE_MOVED, HELD_MOVED, MAX_EXACT } from './reconciliation-amounts.sql';
import type { InvariantCheck } from './reconciliation-invariant';

/** Each wallet against its history. */
export const WALLET_CHECKS: readonly InvariantCheck[] = [
  {
    name: 'balance_is_the_sum_of_its_transactions',
    sql: `with history as (select org_id, sum(${BALANCE_MOVED}) as pence from credit_transactions group by org_id)
      select org_id from wallets full join history using (org_id)
      where coalesce(balance_pence, 0) <> coalesce(pence, 0)`,
  },
  {
    name: 'held_is_the_sum_of_its_transactions',
    sql: `with history as (select org_id, sum(${HELD_MOVED}) as pence from credit_transactions group by org_id)
      select org_id from wallets full join history using (org_id)
      where coalesce(held_pence, 0) <> coalesce(pence, 0)`,
  },
  {
    name: 'each_wallet_stands_at_the_end_of_its_history',
    sql: `select w.org_id from wallets w
      left join lateral (
        select seq, balance_after_pence, held_after_pence from credit_transactions t
        where t.org_id = w.org_id order by seq desc limit 1) newest on true
      where w.version <> coalesce(newest.seq, 0)
        or w.balance_pence <> coalesce(newest.balance_after_pence, 0)
        or w.held_pence <> coalesce(newest.held_after_pence, 0)`,
  },
  {
    name: 'available_credit_is_never_below_the_limit',
    sql: `select org_id from wallets where held_pence < 0 or balance_pence - held_pence < -debt_limit_pence`,
  },
  {
    name: 'arrears_are_the_sum_of_what_is_still_owed',
    sql: `with owed as (select org_id, sum(amount_pence - collected_pence) as pence from arrears group by org_id)
      select org_id from wallets full join owed using (org_id)
      where coalesce(arrears_pence, 0) <> coalesce(pence, 0)`,
  },
  {
    name: 'amounts_are_exact',
    sql: `select org_id::text from wallets
        where greatest(abs(balance_pence), held_pence, debt_limit_pence, arrears_pence) > ${MAX_EXACT}
      union all select id::text from credit_transactions
        where greatest(amount_pence, abs(balance_after_pence), held_after_pence) > ${MAX_EXACT}
      union all select id::text from credit_reservations
        where greatest(reserved_pence, committed_pence, released_pence, uncollected_pence) > ${MAX_EXACT}
      union all select id::text from arrears where amount_pence > ${MAX_EXACT}`,
  },
];

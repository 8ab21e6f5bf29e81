import type { InvariantCheck } from './reconciliation-invariant';

/** What calls were charged, and what they still owe. Prices are not known here: what was decided is compared. */
export const CALL_CHECKS: readonly InvariantCheck[] = [
  {
    name: 'a_call_is_charged_once',
    sql: `select call_id from credit_transactions where type = 'call_deduction' and arrears_id is null
      group by call_id having count(*) > 1`,
  },
  {
    // Under the provider's own id, and under another that names it: unless that was charged before the provider's own was held,
    // when nobody can have talked yet (docs/decisions/late-and-unreserved-reports.md).
    name: 'a_call_of_the_provider_is_charged_once',
    sql: `select r.id from credit_reservations r
      join credit_reservations o on o.call_id = r.vapi_call_id and o.org_id = r.org_id and o.id <> r.id
      where r.vapi_call_id is not null and r.status = 'committed' and o.status = 'committed'
        and not (r.committed_at <= o.created_at and o.created_at < o.committed_at)`,
  },
  {
    name: 'each_charge_is_in_the_journal',
    sql: `with charged as (
        select call_id, sum(amount_pence) as pence from credit_transactions
        where type = 'call_deduction' and arrears_id is null group by call_id)
      select r.id from credit_reservations r left join charged c using (call_id)
      where r.committed_pence <> coalesce(c.pence, 0)`,
  },
  {
    name: 'charged_and_uncollected_are_the_cost_of_the_call',
    sql: `select id from credit_reservations
        left join lateral json_to_record(settlement) as answer (
          "actualCostPence" bigint, "chargedPence" bigint, "transactionId" text) on true
      where case when settlement is null then status = 'committed' or committed_pence > 0 or uncollected_pence > 0
        else "actualCostPence" is distinct from committed_pence + uncollected_pence
          or "chargedPence" is distinct from committed_pence
          or ("transactionId" is null) <> (committed_pence = 0) end`,
  },
  {
    name: 'uncollected_cost_is_owed_as_arrears',
    sql: `select r.id from credit_reservations r left join arrears a using (call_id)
      where r.uncollected_pence <> coalesce(a.amount_pence, 0)
      union all select a.id from arrears a
      where not exists (select from credit_reservations r where r.call_id = a.call_id)`,
  },
  {
    name: 'collected_arrears_are_in_the_journal',
    sql: `with collected as (
        select arrears_id, sum(amount_pence) as pence from credit_transactions
        where arrears_id is not null group by arrears_id)
      select coalesce(a.id, c.arrears_id) from arrears a full join collected c on c.arrears_id = a.id
      where a.collected_pence is distinct from coalesce(c.pence, 0) or a.collected_pence not between 0 and a.amount_pence`,
  },
  {
    name: 'each_credit_says_what_it_collected',
    sql: `select org_id from credit_transactions
      where arrears_collected_pence <> 0 or arrears_id is not null group by org_id
      having sum(arrears_collected_pence) <> coalesce(sum(amount_pence) filter (where arrears_id is not null), 0)`,
  },
];

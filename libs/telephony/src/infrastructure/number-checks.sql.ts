/** What must be true of the book of numbers at every moment: each statement selects the ids that break its rule. */
export const NUMBER_CHECKS: readonly { readonly name: string; readonly sql: string }[] = [
  {
    // Per organisation. What a released number cost may have been given back by an operator: that is between them.
    name: 'paid_minus_refunded_is_what_numbers_cost',
    sql: `
      select n.org_id::text as id
      from phone_numbers n
      join credit_transactions charge on charge.id = n.charge_id
      left join credit_transactions refund on refund.refund_of = n.charge_id and refund.type = 'refund'
      where n.status <> 'released'
      group by n.org_id
      having sum(charge.amount_pence) - coalesce(sum(refund.amount_pence), 0)
        <> coalesce(sum(n.cost_pence) filter (where n.status <> 'failed'), 0)`,
  },
  {
    name: 'every_purchase_was_charged_once_at_its_price',
    sql: `
      select n.id::text as id
      from phone_numbers n
      left join credit_transactions charge on charge.id = n.charge_id
      where n.origin = 'purchased' and not coalesce(
        charge.org_id = n.org_id and charge.type = 'phone_number' and charge.amount_pence = n.cost_pence
          and charge.idempotency_key = n.idempotency_key, false)`,
  },
  {
    name: 'a_number_without_a_charge_was_registered_by_an_operator',
    sql: `select id::text from phone_numbers where charge_id is null and origin <> 'registered'`,
  },
  {
    name: 'a_failed_purchase_is_refunded_once_and_in_full',
    sql: `
      select n.id::text as id
      from phone_numbers n
      left join credit_transactions refund on refund.id = n.refund_id
      where n.status = 'failed' and not coalesce(
        refund.org_id = n.org_id and refund.type = 'refund' and refund.refund_of = n.charge_id
          and refund.amount_pence = n.cost_pence and refund.counter_account = 'revenue:assets', false)`,
  },
  {
    name: 'what_is_active_or_open_is_not_refunded',
    sql: `
      select n.id::text as id
      from phone_numbers n
      where n.status not in ('failed', 'released') and n.charge_id is not null
        and exists (select from credit_transactions refund where refund.refund_of = n.charge_id)`,
  },
  {
    // One that is being released may be gone at the provider already, and sold again.
    name: 'no_number_is_sold_twice_at_once',
    sql: `
      select min(id::text) as id from phone_numbers
      where origin = 'purchased' and status = 'active'
      group by phone_number having count(*) > 1`,
  },
];

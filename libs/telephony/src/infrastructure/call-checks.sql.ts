/** What must be true of calls at every moment: each statement selects the ids that break its rule. */
export const CALL_STATE_CHECKS: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'a_settled_call_holds_nothing',
    sql: `select c.call_id as id from calls c
      join credit_reservations r on r.call_id = c.billing_call_id and r.org_id = c.org_id
      where c.state = 'settled' and r.status = 'active'`,
  },
  {
    // One that the gate refused has no hold: under its id another organisation may hold a call of its own.
    name: 'a_call_and_its_hold_belong_to_one_organization',
    sql: `select c.call_id as id from calls c
      join credit_reservations r on r.call_id = c.billing_call_id
      where r.org_id <> c.org_id and c.state <> 'refused'`,
  },
  {
    // Live without a next look: nobody would ever extend, warn or end it.
    name: 'every_live_prepaid_call_will_be_looked_at_again',
    sql: `select c.call_id as id from calls c
      join credit_reservations r on r.call_id = c.billing_call_id
      where c.state = 'live' and c.next_decision_at is null and r.status = 'active' and r.prepaid`,
  },
];

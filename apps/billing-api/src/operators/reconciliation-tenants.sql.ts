import type { InvariantCheck } from './reconciliation-invariant';

/** What belongs to one tenant refers to nothing of another. */
export const TENANT_CHECKS: readonly InvariantCheck[] = [
  {
    name: 'every_organization_has_a_wallet',
    sql: `select id from organizations o where not exists (select from wallets w where w.org_id = o.id)`,
  },
  {
    name: 'a_call_belongs_to_one_organization',
    sql: `select t.id from credit_transactions t
      where t.call_id is not null and not exists (
        select from credit_reservations r where r.call_id = t.call_id and r.org_id = t.org_id)
      union all select a.id from arrears a join credit_reservations r using (call_id) where a.org_id <> r.org_id`,
  },
  {
    name: 'transactions_refer_to_their_own_organization',
    sql: `select t.id from credit_transactions t join arrears a on a.id = t.arrears_id
        where a.org_id <> t.org_id or a.call_id is distinct from t.call_id
      union all select t.id from credit_transactions t join credit_transactions charge on charge.id = t.refund_of
        where charge.org_id <> t.org_id`,
  },
  {
    name: 'rate_cards_are_the_organizations_own',
    sql: `select r.id from credit_reservations r left join rate_cards c on c.id = r.rate_card_id
        where c.org_id is distinct from r.org_id
      union all select o.id from organizations o left join rate_cards c on c.id = o.rate_card_id
        where c.org_id is distinct from o.id`,
  },
];

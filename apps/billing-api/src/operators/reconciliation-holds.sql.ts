import type { InvariantCheck } from './reconciliation-invariant';

/** Reservations against wallets and journal. */
export const HOLD_CHECKS: readonly InvariantCheck[] = [
  {
    name: 'held_is_the_sum_of_active_reservations',
    sql: `with active as (
        select org_id, sum(reserved_pence) as pence from credit_reservations where status = 'active' group by org_id)
      select org_id from wallets full join active using (org_id)
      where coalesce(held_pence, 0) <> coalesce(pence, 0)`,
  },
  {
    name: 'active_reservations_are_counted',
    sql: `with active as (
        select org_id, count(*) as calls from credit_reservations where status = 'active' group by org_id)
      select org_id from wallets full join active using (org_id)
      where coalesce(active_reservations, 0) <> coalesce(calls, 0)`,
  },
  {
    name: 'a_call_is_reserved_once',
    sql: `select call_id from credit_reservations group by call_id having count(*) > 1`,
  },
  {
    name: 'a_hold_is_closed_exactly_once',
    sql: `select id from credit_reservations
      where least(reserved_pence, committed_pence, released_pence, uncollected_pence) < 0 or not case status
        when 'active' then committed_pence = 0 and released_pence = 0 and closed_at is null
        when 'committed' then closed_at is not null and committed_at is not null and released_pence =
          case when late then reserved_pence else greatest(reserved_pence - committed_pence, 0) end
        else closed_at is not null and committed_pence = 0 and released_pence = reserved_pence end`,
  },
  {
    name: 'each_hold_is_in_the_journal',
    sql: `with moved as (
        select call_id, sum(amount_pence) filter (where type = 'reservation') as held,
          sum(amount_pence) filter (where type = 'reservation_release') as released,
          sum(held_after_pence - held_before_pence) as still_held
        from credit_transactions where call_id is not null group by call_id)
      select r.id from credit_reservations r left join moved m using (call_id)
      where r.reserved_pence <> coalesce(m.held, 0) or r.released_pence <> coalesce(m.released, 0)
        or case r.status when 'active' then r.reserved_pence else 0 end <> coalesce(m.still_held, 0)`,
  },
  {
    name: 'no_hold_is_overdue',
    sql: `select id from credit_reservations
      where status = 'active' and expires_at < current_setting('holdfast.overdue_before')::timestamptz`,
  },
];

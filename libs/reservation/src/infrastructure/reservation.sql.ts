import type { SharingPolicy } from '@holdfast/ledger';
import { guarded, keyed, lookedUp, namedRowsOf, rowsOf, statement } from '@holdfast/platform';
import type { ReservationStatus, Settlement } from '../domain/credit-reservation';

export interface HoldRow {
  id: string;
  org_id: string;
  call_id: string;
  vapi_call_id: string | null;
  status: ReservationStatus;
  reserved_pence: number;
  committed_pence: number;
  released_pence: number;
  uncollected_pence: number;
  estimated_minutes: number;
  prepaid: boolean;
  partial: boolean;
  late: boolean;
  settlement: Settlement | null;
  discrepancy_seconds: number | null;
  created_at: Date;
  expires_at: Date;
  closed_at: Date | null;
  committed_at: Date | null;
  version: number;
  rate_card_id: string;
}

export interface RateCardRow {
  org_id: string;
  rate_card_id: string;
  rate_card_version: number;
  pence_per_minute_e4: number;
  increment_seconds: number;
  minimum_seconds: number;
  connection_fee_pence: number;
}

export type ReservationRow = HoldRow & RateCardRow;

const HOLD_COLUMNS = `r.id, r.org_id, r.call_id, r.vapi_call_id, r.status, r.reserved_pence,
    r.committed_pence, r.released_pence, r.uncollected_pence, r.estimated_minutes, r.prepaid, r.partial, r.late,
    r.settlement, r.discrepancy_seconds, r.created_at, r.expires_at, r.closed_at, r.committed_at, r.version,
    r.rate_card_id`;
const RATE_CARD_COLUMNS = `c.version as rate_card_version, c.pence_per_minute_e4, c.increment_seconds, c.minimum_seconds,
    c.connection_fee_pence`;
const WITH_RATE_CARD = `credit_reservations r cross join ${keyed('rate_cards', 'c', 'c.org_id = r.org_id and c.id = r.rate_card_id')}`;

/** A reservation with the rate card it was opened with. */
export const SELECT_RESERVATIONS = `select ${HOLD_COLUMNS}, ${RATE_CARD_COLUMNS} from ${WITH_RATE_CARD}`;

/** Over all tenants: whose call id it is decides between a repeat and a conflict. Without their rate cards: see below. */
export const FIND_HOLDS = statement<HoldRow>(
  'find_holds',
  `select ${HOLD_COLUMNS} from credit_reservations r where r.call_id = any($1::text[])`,
);

/**
 * Which of the holds that name one call of the provider speaks for it, as `rankOf` says, with the live apart from the settled: what
 * the index idx_credit_res_named is ordered by, then by age. Clients give thousands of calls one name ("unknown"), and a look
 * must not read them all.
 */
const RANK = `(case when r.status = 'active' then 0 when r.settlement is not null then 1 when r.status = 'expired' then 2 else 3 end)`;
const NAMED_BY = (call: string, orgId: string): string =>
  `from credit_reservations r where r.vapi_call_id = ${call} and r.org_id = ${orgId} and r.call_id <> r.vapi_call_id`;

/** Under other ids than the provider's, by call and organisation: the oldest live hold that names it, and the best of the closed. */
export const FIND_HOLDS_BY_VAPI_CALL = statement<HoldRow>(
  'find_holds_by_vapi_call',
  `select r.* from ${namedRowsOf('$1::text[], $2::uuid[]', 'k', 'call_id, org_id')}
   cross join lateral (
     (select ${HOLD_COLUMNS} ${NAMED_BY('k.call_id', 'k.org_id')} and ${RANK} = 0 order by r.created_at, r.id limit 1)
     union all
     (select ${HOLD_COLUMNS} ${NAMED_BY('k.call_id', 'k.org_id')} and ${RANK} > 0 order by ${RANK}, r.created_at, r.id limit 1)) r`,
);

/** How FIND_RATE_CARDS calls a tariff. */
export const nameOfCard = (named: Pick<HoldRow, 'org_id' | 'rate_card_id'>): string =>
  `${named.org_id}/${named.rate_card_id}`;

/**
 * Tariffs by their names, many at a time: after a start every first hold of a wallet asks. The organisation is part of the name,
 * for by id alone PostgreSQL 18 may skip through all of the index that ends with it.
 */
export const FIND_RATE_CARDS = statement<RateCardRow>(
  'find_rate_cards',
  `select c.org_id, c.id as rate_card_id, ${RATE_CARD_COLUMNS}
   from (select split_part(name, '/', 1)::uuid as org_id, split_part(name, '/', 2)::uuid as id
         from unnest($1::text[]) as n (name)) k
   cross join ${keyed('rate_cards', 'c', 'c.org_id = k.org_id and c.id = k.id')}`,
);

/** How a reservation is asked for: by our call id or the provider's, of one organisation or of any. */
export const nameOfHold = (callId: string, orgId: string | null): string => `${orgId ?? ''}/${callId}`;

/** One row for each name that is found: whose own id it is, else the one that speaks for it. Of several tenants' who came first. */
const NAMED_HOLDS = `(
    select name as asked, nullif(split_part(name, '/', 1), '')::uuid as org_id, substr(name, strpos(name, '/') + 1) as call_id
    from unnest($1::text[]) as n (name)) k
  cross join ${keyed(
    'credit_reservations',
    'r',
    `r.call_id = coalesce(
      (select o.call_id from credit_reservations o where o.call_id = k.call_id and (k.org_id is null or o.org_id = k.org_id)),
      (select p.call_id from (
         (select r.call_id, r.created_at, 1 as place ${NAMED_BY('k.call_id', 'k.org_id')} and ${RANK} = 0 order by r.created_at, r.id limit 1)
         union all
         (select r.call_id, r.created_at, 0 as place ${NAMED_BY('k.call_id', 'k.org_id')} and ${RANK} = 1 order by r.created_at, r.id limit 1)) p
       order by p.created_at, p.place limit 1),
      (select r.call_id ${NAMED_BY('k.call_id', 'k.org_id')} and ${RANK} > 1 order by ${RANK}, r.created_at, r.id limit 1),
      (select r.call_id from credit_reservations r
       where k.org_id is null and r.vapi_call_id = k.call_id and r.call_id <> r.vapi_call_id order by r.created_at, r.id limit 1))`,
  )}`;

interface Asked {
  asked: string;
}

/** With the rate card it was opened with. */
export const FIND_BY_ANY_ID = statement<ReservationRow & Asked>(
  'find_reservations_by_any_id',
  `select k.asked, ${HOLD_COLUMNS}, ${RATE_CARD_COLUMNS} from ${NAMED_HOLDS}
   cross join ${keyed('rate_cards', 'c', 'c.org_id = r.org_id and c.id = r.rate_card_id')}`,
);

export interface StandingRow extends HoldRow, Asked {
  effective_pence: number;
  sharing: SharingPolicy;
  now: Date;
}

/** With what its wallet has: all that a check needs which changes nothing. */
export const FIND_STANDINGS = statement<StandingRow>(
  'find_standings',
  `select k.asked, ${HOLD_COLUMNS}, w.balance_pence - w.held_pence as effective_pence, o.sharing, clock_timestamp() as now
   from ${NAMED_HOLDS}
   cross join ${keyed('wallets', 'w', 'w.org_id = r.org_id')} cross join ${keyed('organizations', 'o', 'o.id = r.org_id')}`,
);

/** An insert has no guard: it writes every row or fails. */
export const INSERT_RESERVATIONS = statement<never>(
  'insert_reservations',
  `insert into credit_reservations (id, org_id, call_id, estimated_minutes, rate_card_id, prepaid, created_at,
     vapi_call_id, status, reserved_pence, committed_pence, released_pence, uncollected_pence, partial, late, settlement,
     actual_duration_seconds, billed_seconds, discrepancy_seconds, expires_at, closed_at, committed_at)
   ${rowsOf(`$1::uuid[], $2::uuid[], $3::text[], $4::integer[], $5::uuid[], $6::boolean[],
     $7::timestamptz[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::boolean[],
     $15::boolean[], $16::json[], $17::double precision[], $18::integer[], $19::double precision[],
     $20::timestamptz[], $21::timestamptz[], $22::timestamptz[]`)}`,
);

/**
 * Guarded by the very hold that it was judged on: by its id, for a call id that was refused here may have been opened elsewhere,
 * even by another tenant, and by its version; by status, amount, tariff and the provider's call too, against SQL by hand.
 * Found by its call id, which stands in one index only: by `id =`, PostgreSQL 18 may skip through all of another that ends with it.
 */
export const UPDATE_RESERVATIONS = guarded(
  'update_reservations',
  `update credit_reservations r
   set vapi_call_id = v.vapi_call_id, status = v.status, reserved_pence = v.reserved_pence, committed_pence = v.committed_pence,
     released_pence = v.released_pence, uncollected_pence = v.uncollected_pence, partial = v.partial, late = v.late,
     settlement = v.settlement, actual_duration_seconds = v.actual_duration_seconds, billed_seconds = v.billed_seconds,
     discrepancy_seconds = v.discrepancy_seconds, expires_at = v.expires_at, closed_at = v.closed_at,
     committed_at = v.committed_at, version = r.version + 1
   from ${namedRowsOf(
     `$2::text[], $3::uuid[], $4::integer[], $5::text[], $6::bigint[], $7::uuid[], $8::text[], $9::text[], $10::text[],
     $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::boolean[], $16::boolean[], $17::json[],
     $18::double precision[], $19::integer[], $20::double precision[], $21::timestamptz[], $22::timestamptz[],
     $23::timestamptz[]`,
     'v',
     `call_id, id, version_before, status_before, reserved_before, rate_card_id, vapi_call_before, vapi_call_id, status, reserved_pence, committed_pence, released_pence, uncollected_pence, partial, late,
       settlement, actual_duration_seconds, billed_seconds, discrepancy_seconds, expires_at, closed_at, committed_at`,
   )}
   where ${lookedUp('r.call_id', 'v.call_id')} and r.version = v.version_before and r.status is not distinct from v.status_before
     and r.reserved_pence = v.reserved_before and r.id is not distinct from v.id and r.rate_card_id = v.rate_card_id
     and r.vapi_call_id is not distinct from v.vapi_call_before`,
);

export type ExpiredRow = Pick<HoldRow, 'call_id' | 'org_id' | 'vapi_call_id' | 'created_at'>;

/** Holds without a sign of life for their whole lifetime. The index idx_credit_res_expires serves it. */
export const FIND_EXPIRED = statement<ExpiredRow>(
  'find_expired_reservations',
  `select call_id, org_id, vapi_call_id, created_at from credit_reservations
   where status = 'active' and expires_at <= $1::timestamptz
   order by expires_at limit $2::integer`,
);

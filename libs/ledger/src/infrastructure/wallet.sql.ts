import { guarded, statement } from '@holdfast/platform';

export interface WalletRow {
  org_id: string;
  currency: string;
  balance_pence: number;
  held_pence: number;
  debt_limit_pence: number;
  arrears_pence: number;
  active_reservations: number;
  version: number;
  prepaid_billing: boolean;
  estimated_minutes: number;
  sharing: 'protect' | 'strict';
  low_balance_pence: number;
  rate_card_id: string;
  rate_card_version: number;
  pence_per_minute_e4: number;
  increment_seconds: number;
  minimum_seconds: number;
  connection_fee_pence: number;
}

/** The only lock money needs; always in the order of ids, so that batches never deadlock. */
export const LOCK_WALLETS = statement<WalletRow>(
  'lock_wallets',
  `select w.org_id, w.currency, w.balance_pence, w.held_pence, w.debt_limit_pence, w.arrears_pence,
     w.active_reservations, w.version, o.prepaid_billing, o.estimated_minutes, o.sharing, o.low_balance_pence,
     c.id as rate_card_id, c.version as rate_card_version, c.pence_per_minute_e4, c.increment_seconds,
     c.minimum_seconds, c.connection_fee_pence
   from wallets w
   join organizations o on o.id = w.org_id
   join rate_cards c on c.id = o.rate_card_id
   where w.org_id = any($1::uuid[])
   order by w.org_id
   for no key update of w`,
);

/** Guarded by the version read under the lock: two writers cannot both be right. */
export const UPDATE_WALLETS = guarded(
  'update_wallets',
  `update wallets w
   set balance_pence = v.balance_pence, held_pence = v.held_pence, debt_limit_pence = v.debt_limit_pence,
     arrears_pence = v.arrears_pence, active_reservations = v.active_reservations, version = v.version
   from unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::integer[], $9::bigint[])
     as v (org_id, version_before, balance_pence, held_pence, debt_limit_pence, arrears_pence, active_reservations, version)
   where w.org_id = v.org_id and w.version = v.version_before`,
);

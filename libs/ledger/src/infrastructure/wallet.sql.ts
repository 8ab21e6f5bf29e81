import { guarded, keyed, statement } from '@holdfast/platform';

export interface WalletRow {
  org_id: string;
  currency: string;
  balance_pence: number;
  held_pence: number;
  debt_limit_pence: number;
  arrears_pence: number;
  active_reservations: number;
  version: number;
}

/** The only lock money needs; always in the order of ids, so that batches never deadlock. */
export const LOCK_WALLETS = statement<WalletRow>(
  'lock_wallets',
  `select w.org_id, w.currency, w.balance_pence, w.held_pence, w.debt_limit_pence, w.arrears_pence,
     w.active_reservations, w.version
   from wallets w
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
   cross join ${keyed('wallets', 't', 't.org_id = v.org_id', 't.ctid as place')}
   where w.ctid = t.place and w.version = v.version_before`,
);

import { guarded, keyed, lookedUp, namedRowsOf, statement } from '@holdfast/platform';

export interface WalletRow {
  org_id: string;
  currency: string;
  balance_pence: number;
  held_pence: number;
  debt_limit_pence: number;
  arrears_pence: number;
  active_reservations: number;
  version: number;
  terms_version: number;
}

const SELECT_WALLETS = `select w.org_id, w.currency, w.balance_pence, w.held_pence, w.debt_limit_pence, w.arrears_pence,
     w.active_reservations, w.version, w.terms_version
   from wallets w
   where w.org_id = any($1::uuid[])`;

export const FIND_WALLETS = statement<WalletRow>('find_wallets', SELECT_WALLETS);

/** Always in the order of ids, so that batches never deadlock. */
export const LOCK_WALLETS = statement<WalletRow>(
  'lock_wallets',
  `${SELECT_WALLETS} order by w.org_id for no key update of w`,
);

/**
 * What a wallet was judged on, as arrays from $2: everything of it that a decision can read, or that is written as a sum. A
 * hold of nothing moves no money and so no version: only the count of holds tells two of them apart.
 */
const BEFORE_COLUMNS = `org_id, version_before, terms_version_before, balance_before, held_before, debt_limit_before,
     arrears_before, active_before`;
const BEFORE_ARRAYS = `$2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
     $9::integer[]`;
const stillStands = (wallet: string): string =>
  `${wallet}.version = v.version_before and ${wallet}.terms_version = v.terms_version_before
     and ${wallet}.balance_pence = v.balance_before and ${wallet}.held_pence = v.held_before
     and ${wallet}.debt_limit_pence = v.debt_limit_before and ${wallet}.arrears_pence = v.arrears_before
     and ${wallet}.active_reservations = v.active_before`;

/**
 * In the order of ids too, where nothing was locked before. Guarded by all that the decision read: it was fetched under the
 * lock, or remembered, and then this is what proves it, against other replicas and against SQL by hand.
 */
export const UPDATE_WALLETS = guarded(
  'update_wallets',
  `update wallets w
   set balance_pence = v.balance_pence, held_pence = v.held_pence, debt_limit_pence = v.debt_limit_pence,
     arrears_pence = v.arrears_pence, active_reservations = v.active_reservations, version = v.version
   from ${namedRowsOf(
     `${BEFORE_ARRAYS}, $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::integer[], $15::bigint[]`,
     'v',
     `${BEFORE_COLUMNS}, balance_pence, held_pence, debt_limit_pence, arrears_pence, active_reservations, version`,
   )}
   where ${lookedUp('w.org_id', 'v.org_id')} and ${stillStands('w')}`,
);

/** The same proof for wallets that were read from memory and did not change. */
export const VERIFY_WALLETS = statement<never>(
  'verify_wallets',
  `select 1 / (count(*) = $1::bigint)::int
   from ${namedRowsOf(BEFORE_ARRAYS, 'v', BEFORE_COLUMNS)}
   cross join ${keyed('wallets', 't', 't.org_id = v.org_id')}
   where ${stillStands('t')}`,
);

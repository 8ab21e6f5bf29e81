import { guarded, statement } from '@holdfast/platform';
import type { Direction, NumberOrigin, NumberStatus, NumberStep } from '../domain/phone-number-status';

export interface NumberRow {
  id: string;
  org_id: string;
  origin: NumberOrigin;
  status: NumberStatus;
  vapi_phone_number_id: string | null;
  phone_number: string | null;
  assistant_id: string | null;
  country: string | null;
  number_type: string | null;
  area_code: string | null;
  direction: Direction | null;
  cost_pence: number | null;
  charge_id: string | null;
  refund_id: string | null;
  idempotency_key: string | null;
  request_fingerprint: string | null;
  created_by: string | null;
  provider: string | null;
  provider_ref: string | null;
  step: NumberStep | null;
  step_since: Date | null;
  lease: number;
  attempts: number;
  next_attempt_at: Date | null;
  settled_at: Date | null;
  failure_reason: string | null;
  last_error: string | null;
  created_at: Date;
  updated_at: Date;
  version: number;
}

export const NUMBER_COLUMNS = `id, org_id, origin, status, vapi_phone_number_id, phone_number, assistant_id, country,
  number_type, area_code, direction, cost_pence, charge_id, refund_id, idempotency_key, request_fingerprint, created_by,
  provider, provider_ref, step, step_since, lease, attempts, next_attempt_at, settled_at, failure_reason, last_error,
  created_at, updated_at, version`;

/**
 * Locked, unlike other rows read under a wallet's lock: whoever takes a number from the queue holds no wallet, and must
 * not change its version between this look and our write.
 */
export const LOCK_NUMBERS = statement<NumberRow>(
  'lock_numbers',
  `select ${NUMBER_COLUMNS} from phone_numbers where id = any($1::uuid[]) order by id for no key update`,
);

export const LOCK_NUMBERS_BY_KEYS = statement<NumberRow>(
  'lock_numbers_by_keys',
  `select ${NUMBER_COLUMNS} from phone_numbers
   where (org_id, idempotency_key) in (select * from unnest($1::uuid[], $2::text[]))
   order by id for no key update`,
);

/** The predicate of the index a_vapi_number_has_one_tenant, to the letter. */
export const LOCK_NUMBERS_AT_VAPI = statement<NumberRow>(
  'lock_numbers_at_vapi',
  `select ${NUMBER_COLUMNS} from phone_numbers
   where vapi_phone_number_id = any($1::text[]) and vapi_phone_number_id is not null
     and status not in ('released', 'failed')
   order by id for no key update`,
);

export const INSERT_NUMBERS = guarded(
  'insert_numbers',
  `insert into phone_numbers (id, org_id, origin, assistant_id, country, number_type, area_code, direction, cost_pence,
     charge_id, idempotency_key, request_fingerprint, created_by, provider, created_at,
     status, vapi_phone_number_id, phone_number, refund_id, provider_ref, step, step_since, lease, attempts,
     next_attempt_at, settled_at, failure_reason, last_error, updated_at)
   select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
     $10::bigint[], $11::uuid[], $12::text[], $13::text[], $14::text[], $15::text[], $16::timestamptz[],
     $17::text[], $18::text[], $19::text[], $20::uuid[], $21::text[], $22::text[], $23::timestamptz[], $24::integer[],
     $25::integer[], $26::timestamptz[], $27::timestamptz[], $28::text[], $29::text[], $30::timestamptz[])`,
);

/** Guarded by the version read under the row's lock. */
export const UPDATE_NUMBERS = guarded(
  'update_numbers',
  `update phone_numbers n
   set status = v.status, vapi_phone_number_id = v.vapi_phone_number_id, phone_number = v.phone_number,
     refund_id = v.refund_id, provider_ref = v.provider_ref, step = v.step, step_since = v.step_since,
     lease = v.lease, attempts = v.attempts, next_attempt_at = v.next_attempt_at, settled_at = v.settled_at,
     failure_reason = v.failure_reason, last_error = v.last_error, updated_at = v.updated_at, version = n.version + 1
   from unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[],
     $10::timestamptz[], $11::integer[], $12::integer[], $13::timestamptz[], $14::timestamptz[], $15::text[],
     $16::text[], $17::timestamptz[])
     as v (id, version_before, status, vapi_phone_number_id, phone_number, refund_id, provider_ref, step, step_since,
       lease, attempts, next_attempt_at, settled_at, failure_reason, last_error, updated_at)
   where n.id = v.id and n.version = v.version_before`,
);

/** One row per claimer; rows that others have taken this moment are passed over. */
export const CLAIM_NUMBER = statement<NumberRow>(
  'claim_number',
  `with due as (
     select id as due_id from phone_numbers
     where provider = $1::text and next_attempt_at <= $2::timestamptz
     order by next_attempt_at limit 1 for no key update skip locked)
   update phone_numbers set lease = lease + 1, next_attempt_at = $3::timestamptz, version = version + 1
   from due where id = due_id
   returning ${NUMBER_COLUMNS}`,
);

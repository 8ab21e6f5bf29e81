import { statement } from '@holdfast/platform';
import type { DeliveryResult, DeliveryStatus, DeliverySummary } from '../application/delivery-log.port';

export interface DeliveryRow {
  id: string;
  received_at: Date;
  type: string;
  call_id: string | null;
  org_id: string | null;
  status: DeliveryStatus;
  attempts: number;
  error: string | null;
  outcome: unknown;
  retry_at: Date | null;
  processed_at: Date | null;
  headers?: unknown;
  payload?: unknown;
  control_url?: string | null;
}

export const SUMMARY_COLUMNS =
  'd.id, d.received_at, d.type, d.call_id, d.org_id, d.status, d.attempts, d.error, d.outcome, d.retry_at, d.processed_at';

/** A delivery that stays without an outcome for the lease was left by a dying process: retry_at says when to take it. */
export const WRITE_DELIVERIES = statement<never>(
  'write_deliveries',
  `insert into webhook_delivery_log (id, received_at, type, call_id, headers, payload, retry_at, control_url)
   select v.id, v.received_at, v.type, v.call_id, v.headers, v.payload, v.retry_at, v.control_url
   from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::json[], $6::json[], $7::timestamptz[], $8::text[])
     as v (id, received_at, type, call_id, headers, payload, retry_at, control_url)
   on conflict (id) do nothing`,
);

/** Which deliveries is said twice: planned while the log was empty, the join alone would read all of it. */
export const FINISH_DELIVERIES = statement<never>(
  'finish_deliveries',
  `update webhook_delivery_log d set
     status = v.status, org_id = coalesce(v.org_id, d.org_id), error = v.error, outcome = v.outcome,
     retry_at = v.retry_at, processed_at = v.processed_at, attempts = d.attempts + 1,
     control_url = case when v.retry_at is null then null else d.control_url end
   from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::json[], $6::timestamptz[], $7::timestamptz[])
     as v (id, status, org_id, error, outcome, retry_at, processed_at)
   where d.id = v.id and d.id = any($1::uuid[])`,
);

export const CLAIM_RETRIES = `with due as (
    select id from webhook_delivery_log where retry_at <= $1::timestamptz
    order by retry_at limit $3::integer for update skip locked
  )
  update webhook_delivery_log d set retry_at = $2::timestamptz
  from due where d.id = due.id
  returning ${SUMMARY_COLUMNS}, d.headers, d.payload, d.control_url`;

export const LIST_DELIVERIES = `select ${SUMMARY_COLUMNS} from webhook_delivery_log d
  where ($1::text is null or d.status = $1) and ($2::text is null or d.type = $2) and ($3::text is null or d.call_id = $3)
    and ($4::timestamptz is null or (d.received_at, d.id) < ($4::timestamptz, $5::uuid))
  order by d.received_at desc, d.id desc limit $6::integer`;

/**
 * What is still to be run (`retry_at`) is never old: an engine that was away for longer than that charges it when it is back.
 * What it then gave up stays as long for the operator as anything else.
 */
export const REMOVE_OLD_DELIVERIES = `delete from webhook_delivery_log where id in (
    select id from webhook_delivery_log
    where received_at < $1::timestamptz and retry_at is null and coalesce(processed_at < $1::timestamptz, true)
    order by received_at limit $2::integer)`;

export function toSummary(row: DeliveryRow): DeliverySummary {
  return {
    id: row.id,
    receivedAt: row.received_at,
    type: row.type,
    callId: row.call_id,
    orgId: row.org_id,
    status: row.status,
    attempts: row.attempts,
    error: row.error,
    outcome: row.outcome,
    retryAt: row.retry_at,
    processedAt: row.processed_at,
  };
}

export function resultColumns(results: readonly DeliveryResult[]): unknown[][] {
  return [
    results.map((r) => r.id),
    results.map((r) => r.status),
    results.map((r) => r.orgId),
    results.map((r) => r.error),
    results.map((r) => (r.outcome ? JSON.stringify(r.outcome) : null)),
    results.map((r) => r.retryAt ?? null),
    results.map((r) => r.at),
  ];
}

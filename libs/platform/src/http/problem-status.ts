import type { RefusalCode } from '@holdfast/kernel';

/** The only place where a refusal gets an HTTP status. */
export const STATUS_OF: Readonly<Record<RefusalCode, number>> = {
  invalid_request: 400,
  idempotency_key_required: 400,
  amount_out_of_range: 400,
  unauthenticated: 401,
  insufficient_balance: 402,
  forbidden: 403,
  organization_not_found: 404,
  reservation_not_found: 404,
  call_not_found: 404,
  phone_number_not_found: 404,
  no_active_reservation: 404,
  not_found: 404,
  method_not_allowed: 405,
  call_id_conflict: 409,
  already_committed: 409,
  request_in_progress: 409,
  debt_limit_in_use: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  provider_rejected: 422,
  rate_limited: 429,
  internal_error: 500,
  provider_failed: 502,
  overloaded: 503,
  database_unavailable: 503,
  outcome_unknown: 503,
};

const TITLE_OF: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

export function titleOf(status: number): string {
  return TITLE_OF[status] ?? 'Error';
}

/** Seconds after which trying again makes sense, where the refusal names none itself. */
export const RETRY_AFTER_SECONDS = 1;
const RETRYABLE: readonly RefusalCode[] = [
  'rate_limited',
  'overloaded',
  'database_unavailable',
  'outcome_unknown',
  'request_in_progress',
];

export function isRetryable(code: RefusalCode): boolean {
  return RETRYABLE.includes(code);
}

/** Every stable code a caller may meet in the `code` of a problem document, for rules and for requests alike. */
export type RefusalCode =
  | 'invalid_request'
  | 'idempotency_key_required'
  | 'amount_out_of_range'
  | 'unauthenticated'
  | 'forbidden'
  | 'insufficient_balance'
  | 'organization_not_found'
  | 'reservation_not_found'
  | 'call_not_found'
  | 'phone_number_not_found'
  | 'no_active_reservation'
  | 'not_found'
  | 'method_not_allowed'
  | 'call_id_conflict'
  | 'already_committed'
  | 'request_in_progress'
  | 'debt_limit_in_use'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'idempotency_key_reused'
  | 'provider_rejected'
  | 'rate_limited'
  | 'internal_error'
  | 'provider_failed'
  | 'overloaded'
  | 'database_unavailable'
  | 'outcome_unknown';

/**
 * A rule said no. Expected, carries a stable code, changed nothing. It is returned, not thrown: a refused command must
 * not end the batch it travels in.
 */
export class Refusal {
  constructor(
    readonly code: RefusalCode,
    /** One sentence for a person. */
    readonly detail: string,
    /** Figures that help the caller, shown as fields of the problem document. */
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {}
}

export function isRefusal(value: unknown): value is Refusal {
  return value instanceof Refusal;
}

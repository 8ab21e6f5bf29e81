import { PhoneNumber, type PhoneNumberState } from '../domain/phone-number';
import type { NumberRow } from './number.sql';

/** A provider's message is a hint for an operator, not a document. */
const MAX_ERROR_CHARACTERS = 500;

export function toNumberState(row: NumberRow): PhoneNumberState {
  return {
    id: row.id,
    orgId: row.org_id,
    origin: row.origin,
    status: row.status,
    vapiPhoneId: row.vapi_phone_number_id,
    phoneNumber: row.phone_number,
    assistantId: row.assistant_id,
    country: row.country,
    numberType: row.number_type,
    areaCode: row.area_code,
    direction: row.direction,
    costPence: row.cost_pence,
    chargeId: row.charge_id,
    refundId: row.refund_id,
    idempotencyKey: row.idempotency_key,
    requestFingerprint: row.request_fingerprint,
    createdBy: row.created_by,
    provider: row.provider,
    providerRef: row.provider_ref,
    step: row.step,
    stepSince: row.step_since,
    lease: row.lease,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    settledAt: row.settled_at,
    failureReason: row.failure_reason,
    lastError: row.last_error,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toNumber(row: NumberRow): PhoneNumber {
  return PhoneNumber.fetched(toNumberState(row), row.version);
}

/** Columns fixed at birth, in the order of INSERT_NUMBERS. */
export function toNumberBirthColumns(states: readonly PhoneNumberState[]): unknown[][] {
  return [
    states.map((s) => s.id),
    states.map((s) => s.orgId),
    states.map((s) => s.origin),
    states.map((s) => s.assistantId),
    states.map((s) => s.country),
    states.map((s) => s.numberType),
    states.map((s) => s.areaCode),
    states.map((s) => s.direction),
    states.map((s) => s.costPence),
    states.map((s) => s.chargeId),
    states.map((s) => s.idempotencyKey),
    states.map((s) => s.requestFingerprint),
    states.map((s) => s.createdBy),
    states.map((s) => s.provider),
    states.map((s) => s.createdAt),
  ];
}

/** Columns that may change, in the order both statements use. */
export function toNumberLifeColumns(states: readonly PhoneNumberState[]): unknown[][] {
  return [
    states.map((s) => s.status),
    states.map((s) => s.vapiPhoneId),
    states.map((s) => s.phoneNumber),
    states.map((s) => s.refundId),
    states.map((s) => s.providerRef),
    states.map((s) => s.step),
    states.map((s) => s.stepSince ?? null),
    states.map((s) => s.lease),
    states.map((s) => s.attempts),
    states.map((s) => s.nextAttemptAt ?? null),
    states.map((s) => s.settledAt ?? null),
    states.map((s) => s.failureReason),
    states.map((s) => storable(s.lastError)),
    states.map((s) => s.updatedAt),
  ];
}

/** A provider's words must never be what keeps a step from being written: PostgreSQL stores no U+0000. */
function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\u0000', '').slice(0, MAX_ERROR_CHARACTERS);
}

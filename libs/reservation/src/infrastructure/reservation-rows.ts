import type { RateCard } from '@holdfast/kernel';
import type { ReservationState } from '../domain/credit-reservation';
import type { HoldRow, RateCardRow } from './reservation.sql';

export function toRateCard(row: RateCardRow): RateCard {
  return {
    id: row.rate_card_id,
    version: row.rate_card_version,
    pencePerMinuteE4: row.pence_per_minute_e4,
    incrementSeconds: row.increment_seconds,
    minimumSeconds: row.minimum_seconds,
    connectionFeePence: row.connection_fee_pence,
  };
}

export function toState(row: HoldRow, rateCard: RateCard): ReservationState {
  return {
    id: row.id,
    orgId: row.org_id,
    callId: row.call_id,
    vapiCallId: row.vapi_call_id,
    status: row.status,
    reservedPence: row.reserved_pence,
    committedPence: row.committed_pence,
    releasedPence: row.released_pence,
    uncollectedPence: row.uncollected_pence,
    estimatedMinutes: row.estimated_minutes,
    rateCard,
    prepaid: row.prepaid,
    partial: row.partial,
    late: row.late,
    settlement: row.settlement,
    discrepancySeconds: row.discrepancy_seconds,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    closedAt: row.closed_at,
    committedAt: row.committed_at,
  };
}

/** Columns fixed at birth. */
export function toBirthColumns(states: readonly ReservationState[]): unknown[][] {
  return [
    states.map((s) => s.id),
    states.map((s) => s.orgId),
    states.map((s) => s.callId),
    states.map((s) => s.estimatedMinutes),
    states.map((s) => s.rateCard.id),
    states.map((s) => s.prepaid),
    states.map((s) => s.createdAt),
  ];
}

/** Columns that may change, in the order both statements use. */
export function toLifeColumns(states: readonly ReservationState[]): unknown[][] {
  return [
    states.map((s) => s.vapiCallId),
    states.map((s) => s.status),
    states.map((s) => s.reservedPence),
    states.map((s) => s.committedPence),
    states.map((s) => s.releasedPence),
    states.map((s) => s.uncollectedPence),
    states.map((s) => s.partial),
    states.map((s) => s.late),
    states.map((s) => (s.settlement ? JSON.stringify(s.settlement) : null)),
    states.map((s) => s.settlement?.actualDurationSeconds ?? null),
    states.map((s) => s.settlement?.billedSeconds ?? null),
    states.map((s) => s.discrepancySeconds),
    states.map((s) => s.expiresAt),
    states.map((s) => s.closedAt),
    states.map((s) => s.committedAt),
  ];
}

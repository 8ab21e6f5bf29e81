import { rateFromE4 } from '@holdfast/kernel';
import { ApiProperty } from '@nestjs/swagger';
import {
  CreditReservation,
  RESERVATION_STATUSES,
  type ReservationState,
  type ReservationStatus,
} from '../domain/credit-reservation';

class ReservationRateCard {
  @ApiProperty({ example: 1 }) version: number;
  @ApiProperty({ example: 56 }) pencePerMinute: number;
  @ApiProperty({ example: 60 }) incrementSeconds: number;
  @ApiProperty({ example: 0 }) minimumSeconds: number;
  @ApiProperty({ example: 0 }) connectionFeePence: number;
}

export class ReservationView {
  @ApiProperty({ format: 'uuid' }) reservationId: string;
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({ type: String, nullable: true }) vapiCallId: string | null;
  @ApiProperty({ enum: RESERVATION_STATUSES }) status: ReservationStatus;
  @ApiProperty({ example: 280 }) reservedPence: number;
  @ApiProperty({ example: 0 }) committedPence: number;
  @ApiProperty({ example: 0 }) releasedPence: number;
  @ApiProperty({ example: 0 }) uncollectedPence: number;
  @ApiProperty({ example: 5 }) estimatedMinutes: number;
  @ApiProperty({ example: 300 }) grantedSeconds: number;
  @ApiProperty({ type: ReservationRateCard }) rateCard: ReservationRateCard;
  @ApiProperty({ example: false }) late: boolean;
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'a later report named this duration; the first charge stands',
  })
  discrepancySeconds: number | null;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
  @ApiProperty({ format: 'date-time' }) expiresAt: string;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) committedAt: string | null;
}

export function toReservationView(state: ReservationState): ReservationView {
  const { version, pencePerMinuteE4, incrementSeconds, minimumSeconds, connectionFeePence } = state.rateCard;
  return {
    reservationId: state.id,
    callId: state.callId,
    vapiCallId: state.vapiCallId,
    status: state.status,
    reservedPence: state.reservedPence,
    committedPence: state.committedPence,
    releasedPence: state.releasedPence,
    uncollectedPence: state.uncollectedPence,
    estimatedMinutes: state.estimatedMinutes,
    grantedSeconds: CreditReservation.fetched(state, 0).grantedSeconds,
    rateCard: {
      version,
      pencePerMinute: rateFromE4(pencePerMinuteE4),
      incrementSeconds,
      minimumSeconds,
      connectionFeePence,
    },
    late: state.late,
    discrepancySeconds: state.discrepancySeconds,
    createdAt: state.createdAt.toISOString(),
    expiresAt: state.expiresAt.toISOString(),
    committedAt: state.committedAt?.toISOString() ?? null,
  };
}

export class ReservationPage {
  @ApiProperty({ type: [ReservationView] }) data: ReservationView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

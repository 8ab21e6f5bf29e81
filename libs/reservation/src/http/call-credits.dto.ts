import { durationField, estimatedMinutesField, idField, MAX_DESCRIPTION_LENGTH, textField } from '@holdfast/platform';
import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import { RESERVATION_STATUSES, type ReservationStatus } from '../domain/credit-reservation';

export const ReserveBody = z.strictObject({
  callId: idField,
  vapiCallId: idField.nullish(),
  estimatedMinutes: estimatedMinutesField.nullish(),
});
export type ReserveBody = z.infer<typeof ReserveBody>;

export const CommitBody = z.strictObject({ callId: idField, actualDurationSeconds: durationField });
export type CommitBody = z.infer<typeof CommitBody>;

export const ReleaseBody = z.strictObject({ callId: idField, reason: textField(MAX_DESCRIPTION_LENGTH).nullish() });
export type ReleaseBody = z.infer<typeof ReleaseBody>;

export class ReserveRequest {
  @ApiProperty({ example: 'call-123', description: 'unique over all tenants' }) callId: string;
  @ApiProperty({ required: false, example: '01a0a070-a204-764f-b795-cf1cb35e5f49' }) vapiCallId?: string;
  @ApiProperty({ required: false, minimum: 1, maximum: 720, example: 5 }) estimatedMinutes?: number;
}

export class ReserveAnswer {
  @ApiProperty({ format: 'uuid' }) reservationId: string;
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({ enum: RESERVATION_STATUSES }) status: ReservationStatus;
  @ApiProperty({ example: 280 }) reservedPence: number;
  @ApiProperty({ example: 300, description: 'how long the call may last on its hold' }) grantedSeconds: number;
  @ApiProperty({ example: false, description: 'money was short: less than the estimate is held' }) partial: boolean;
  @ApiProperty({ example: false }) duplicate: boolean;
  @ApiProperty({ example: 10_000 }) balancePence: number;
  @ApiProperty({ example: 9_720 }) effectiveBalancePence: number;
  @ApiProperty({ example: 280, description: 'held for all running calls' }) activeReservationsPence: number;
  @ApiProperty({ format: 'date-time', type: String }) expiresAt: Date;
}

export class CommitRequest {
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({ minimum: 0, maximum: 2_592_000, example: 187.412 }) actualDurationSeconds: number;
}

export class CommitAnswer {
  @ApiProperty({ format: 'uuid', type: String, nullable: true, description: 'null when nothing was charged' })
  transactionId: string | null;
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({ enum: ['committed', 'released'] }) status: string;
  @ApiProperty({ example: 280 }) reservedPence: number;
  @ApiProperty({ example: 224 }) actualCostPence: number;
  @ApiProperty({ example: 224 }) chargedPence: number;
  @ApiProperty({ example: 56 }) releasedPence: number;
  @ApiProperty({ example: 0, description: 'arrears: collected from the next credit' }) uncollectedPence: number;
  @ApiProperty({ example: 240 }) billedSeconds: number;
  @ApiProperty({ example: 10_000 }) balanceBeforePence: number;
  @ApiProperty({ example: 9_776 }) balanceAfterPence: number;
  @ApiProperty({ example: 9_776 }) effectiveBalancePence: number;
  @ApiProperty({ example: false }) duplicate: boolean;
  @ApiProperty({ example: false, description: 'reported after the hold had expired' }) late: boolean;
}

export class ReleaseRequest {
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({ required: false, example: 'no answer' }) reason?: string;
}

export class ReleaseAnswer {
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({ enum: ['released'] }) status: 'released';
  @ApiProperty({ example: 280 }) releasedPence: number;
  @ApiProperty({ example: false }) duplicate: boolean;
}

import { durationField, estimatedMinutesField, idField, MAX_DESCRIPTION_LENGTH, textField } from '@holdfast/platform';
import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import { RESERVATION_STATUSES, type ReservationStatus } from '../domain/credit-reservation';

const callIdField = idField.meta({ example: 'call-123', description: 'unique over all tenants' });

export const ReserveBody = z.strictObject({
  callId: callIdField,
  vapiCallId: idField.nullish().meta({ example: '01a0a070-a204-764f-b795-cf1cb35e5f49' }),
  estimatedMinutes: estimatedMinutesField.nullish().meta({ example: 5 }),
});
export type ReserveBody = z.infer<typeof ReserveBody>;

export const CommitBody = z.strictObject({
  callId: callIdField,
  actualDurationSeconds: durationField.meta({ example: 187.412 }),
});
export type CommitBody = z.infer<typeof CommitBody>;

export const ReleaseBody = z.strictObject({
  callId: callIdField,
  reason: textField(MAX_DESCRIPTION_LENGTH).nullish().meta({ example: 'no answer' }),
});
export type ReleaseBody = z.infer<typeof ReleaseBody>;

export class ReserveAnswer {
  @ApiProperty({ format: 'uuid' }) reservationId: string;
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({
    example: 'call-123',
    description: 'the call id of the hold that pays: another one where the same call of the provider was held already',
  })
  heldAs: string;
  @ApiProperty({ enum: RESERVATION_STATUSES }) status: ReservationStatus;
  @ApiProperty({ example: 280 }) reservedPence: number;
  @ApiProperty({ example: 300, description: 'how long the call may last on its hold' }) grantedSeconds: number;
  @ApiProperty({ example: 10_680, description: 'how long it could last on everything the wallet could still spend' })
  payableSeconds: number;
  @ApiProperty({ enum: ['protect', 'strict'] }) sharing: string;
  @ApiProperty({ example: false, description: 'money was short: less than the estimate is held' }) partial: boolean;
  @ApiProperty({ example: false }) duplicate: boolean;
  @ApiProperty({ example: 10_000 }) balancePence: number;
  @ApiProperty({ example: 9_720 }) effectiveBalancePence: number;
  @ApiProperty({ example: 280, description: 'held for all running calls' }) activeReservationsPence: number;
  @ApiProperty({ format: 'date-time', type: String }) expiresAt: Date;
  @ApiProperty({ format: 'date-time', type: String }) createdAt: Date;
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
  @ApiProperty({ example: 187.412, description: 'as reported' }) actualDurationSeconds: number;
  @ApiProperty({ example: 240 }) billedSeconds: number;
  @ApiProperty({ example: 10_000 }) balanceBeforePence: number;
  @ApiProperty({ example: 9_776 }) balanceAfterPence: number;
  @ApiProperty({ example: 9_776 }) effectiveBalancePence: number;
  @ApiProperty({ example: false }) duplicate: boolean;
  @ApiProperty({ example: false, description: 'reported after the hold had been given back' }) late: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'the provider’s call that its hold pays for' })
  vapiCallId: string | null;
}

export class ReleaseAnswer {
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({ enum: ['released'] }) status: 'released';
  @ApiProperty({ example: 280 }) releasedPence: number;
  @ApiProperty({ example: false }) duplicate: boolean;
}

import { ApiProperty } from '@nestjs/swagger';
import type { PhoneNumberState } from '../domain/phone-number';
import { DIRECTIONS, NUMBER_STATUSES, type Direction, type NumberStatus } from '../domain/phone-number-status';

export class NumberView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ type: String, nullable: true, example: '+12125550142' }) phoneNumber: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'its id at Vapi, which webhooks carry' })
  vapiPhoneId: string | null;
  @ApiProperty({ enum: NUMBER_STATUSES, example: 'active' }) status: NumberStatus;
  @ApiProperty({ type: String, nullable: true, description: 'answers its calls' }) assistantId: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'US' }) country: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'local' }) numberType: string | null;
  @ApiProperty({ type: String, nullable: true, example: '212' }) areaCode: string | null;
  @ApiProperty({ enum: [...DIRECTIONS, null], nullable: true }) direction: Direction | null;
  @ApiProperty({ type: Number, nullable: true, example: 1_000, description: 'null: registered, not bought here' })
  costPence: number | null;
  @ApiProperty({ type: String, nullable: true, format: 'uuid', description: 'the charge' }) transactionId:
    string | null;
  @ApiProperty({ type: String, nullable: true, format: 'uuid' }) refundTransactionId: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'of a failed one', example: null })
  failureReason: string | null;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
  @ApiProperty({ format: 'date-time' }) updatedAt: string;
}

export class NumberPage {
  @ApiProperty({ type: [NumberView] }) data: NumberView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

/** Without the provider's own words, which may speak of the reseller's account. */
export function toNumberView(number: PhoneNumberState): NumberView {
  return {
    id: number.id,
    phoneNumber: number.phoneNumber,
    vapiPhoneId: number.vapiPhoneId,
    status: number.status,
    assistantId: number.assistantId,
    country: number.country,
    numberType: number.numberType,
    areaCode: number.areaCode,
    direction: number.direction,
    costPence: number.costPence,
    transactionId: number.chargeId,
    refundTransactionId: number.refundId,
    failureReason: number.status === 'failed' ? number.failureReason : null,
    createdAt: number.createdAt.toISOString(),
    updatedAt: number.updatedAt.toISOString(),
  };
}

import {
  cursorField,
  idField,
  IsNotBlank,
  IsStorableText,
  limitField,
  MAX_ID_LENGTH,
  pageField,
} from '@holdfast/platform';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches, MaxLength } from 'class-validator';
import { z } from 'zod';
import {
  COUNTRIES,
  MAX_SEARCH_RESULTS,
  NUMBER_TYPES,
  type Country,
  type NumberType,
} from '../application/number-provider.port';
import { DIRECTIONS, NUMBER_STATUSES, type Direction, type NumberStatus } from '../domain/phone-number-status';

/** British ones reach five digits, with a leading 0 six. */
const AREA_CODE = /^\d{1,6}$/;
const DEFAULT_SEARCH_RESULTS = 20;

export class ProvisionBody {
  @ApiProperty({ enum: COUNTRIES, example: 'US' })
  @IsIn(COUNTRIES)
  country: Country;

  @ApiProperty({ enum: NUMBER_TYPES, example: 'local' })
  @IsIn(NUMBER_TYPES)
  numberType: NumberType;

  @ApiProperty({ required: false, example: '212', description: 'digits; left out: any' })
  @IsOptional()
  @Matches(AREA_CODE, { message: 'areaCode must be 1 to 6 digits' })
  areaCode?: string;

  @ApiProperty({ enum: DIRECTIONS, example: 'inbound' })
  @IsIn(DIRECTIONS)
  direction: Direction;

  @ApiProperty({
    required: false,
    example: '2f4b6d80-1a3c-4e5f-9071-8293a4b5c6d7',
    description:
      'the assistant at Vapi that answers this number’s calls. An inbound number bought without one refuses every call ' +
      'until an operator names one: PUT /api/admin/organizations/{orgId}/phone-numbers/{vapiPhoneId}',
  })
  @IsOptional()
  @IsNotBlank()
  @MaxLength(MAX_ID_LENGTH)
  @IsStorableText()
  assistantId?: string;
}

export class ProvisionAnswer {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ type: String, nullable: true, example: '+12125550142' }) phoneNumber: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'its id at Vapi' }) vapiPhoneId: string | null;
  @ApiProperty({ enum: ['active'] }) status: 'active';
  @ApiProperty({ type: Number, nullable: true, example: 1_000 }) costPence: number | null;
  @ApiProperty({ type: String, nullable: true, format: 'uuid' }) transactionId: string | null;
}

export class ProvisionOpen {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ enum: ['pending', 'unknown'] }) status: NumberStatus;
}

export class ReleasedAnswer {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ type: String, nullable: true, example: '+12125550142' }) phoneNumber: string | null;
  @ApiProperty({ enum: ['released', 'releasing'] }) status: NumberStatus;
}

export class AvailableNumberView {
  @ApiProperty({ example: '+12125550142' }) phoneNumber: string;
  @ApiProperty({ enum: COUNTRIES }) country: Country;
  @ApiProperty({ enum: NUMBER_TYPES }) numberType: NumberType;
  @ApiProperty({ required: false, example: 'New York' }) locality?: string;
  @ApiProperty({ example: 1_000, description: 'what it costs if bought now' }) pricePence: number;
}

export class AvailableNumbersAnswer {
  @ApiProperty({ type: [AvailableNumberView] }) data: AvailableNumberView[];
}

export class NumberCounts implements Record<NumberStatus, number> {
  @ApiProperty({ example: 0 }) pending: number;
  @ApiProperty({ example: 3 }) active: number;
  @ApiProperty({ example: 0 }) failed: number;
  @ApiProperty({ example: 0 }) unknown: number;
  @ApiProperty({ example: 0 }) releasing: number;
  @ApiProperty({ example: 1 }) released: number;
}

export class ProviderHealthView {
  @ApiProperty({ example: 'sandbox' }) provider: string;
  @ApiProperty({ example: true }) ok: boolean;
  @ApiProperty({ example: 3 }) latencyMs: number;
  @ApiProperty({ required: false, description: 'the provider’s words; operators only' }) detail?: string;
}

export class TelephonyStatusAnswer {
  @ApiProperty({ type: NumberCounts }) counts: NumberCounts;
  @ApiProperty({ type: ProviderHealthView }) provider: ProviderHealthView;
  @ApiProperty({ required: false, description: 'operators only: see /api/admin/phone-number-orphans' })
  orphans?: number;
}

/** A path's phone number. Some clients turn its plus into a space or leave it out. */
export const numberField = idField.transform((text) => text.trim().replace(/^(?=\d{8,15}$)/, '+'));

export const numbersQuery = z.object({
  status: z.enum(NUMBER_STATUSES).optional(),
  limit: pageField,
  cursor: cursorField,
});
export type NumbersQuery = z.infer<typeof numbersQuery>;

export const availableNumbersQuery = z.object({
  country: z.enum(COUNTRIES),
  numberType: z.enum(NUMBER_TYPES).default('local'),
  areaCode: z.string().regex(AREA_CODE, 'must be 1 to 6 digits').optional(),
  limit: limitField(MAX_SEARCH_RESULTS, DEFAULT_SEARCH_RESULTS),
});
export type AvailableNumbersQuery = z.infer<typeof availableNumbersQuery>;

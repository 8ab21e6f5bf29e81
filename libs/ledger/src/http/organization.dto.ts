import { MAX_CONNECTION_FEE_PENCE, MAX_INCREMENT_SECONDS, MAX_PENCE, MAX_RATE_E4, rateToE4 } from '@holdfast/kernel';
import {
  IsCurrencyCode,
  IsNotBlank,
  IsRate,
  IsStorableText,
  IsUuidText,
  MAX_ESTIMATED_MINUTES,
} from '@holdfast/platform';
import { ApiProperty, PartialType, OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsObject, IsOptional, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import type { OrganizationTerms, Tariff } from '../application/organizations';
import { SHARING_POLICIES, type SharingPolicy } from '../domain/call-terms';

const MAX_NAME_LENGTH = 200;

export class RateCardBody {
  @ApiProperty({
    required: false,
    example: 56,
    description: `pence per minute, up to 4 decimals, 0 … ${MAX_RATE_E4 / 10_000}`,
  })
  @IsOptional()
  @IsRate()
  pencePerMinute?: number;

  @ApiProperty({ required: false, example: 60, description: 'billed in whole increments of so many seconds' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_INCREMENT_SECONDS)
  incrementSeconds?: number;

  @ApiProperty({ required: false, example: 0, description: 'a call that lasted at all is billed for at least this' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_INCREMENT_SECONDS)
  minimumSeconds?: number;

  @ApiProperty({ required: false, example: 0 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_CONNECTION_FEE_PENCE)
  connectionFeePence?: number;
}

export class CreateOrganizationBody {
  @ApiProperty({
    required: false,
    format: 'uuid',
    example: '3b241101-e2bb-4255-8caf-4136c566a962',
    description: 'yours, or one is made; a repeat with it creates nothing',
  })
  @IsOptional()
  @IsUuidText()
  id?: string;

  @ApiProperty({ example: 'Acme Dental' })
  @IsNotBlank()
  @MaxLength(MAX_NAME_LENGTH)
  @IsStorableText()
  name: string;

  @ApiProperty({ required: false, example: 'GBP', description: 'ISO 4217' })
  @IsOptional()
  @IsCurrencyCode()
  currency?: string;

  @ApiProperty({ required: false, example: 0, description: 'how far calls may take the wallet below zero' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_PENCE)
  debtLimitPence?: number;

  @ApiProperty({ required: false, example: 1_000, description: 'at or under this effective balance the wallet is low' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_PENCE)
  lowBalancePence?: number;

  @ApiProperty({ required: false, example: true, description: 'off: no holds, calls are billed from their report' })
  @IsOptional()
  @IsBoolean()
  prepaidBilling?: boolean;

  @ApiProperty({ required: false, example: 5, description: 'minutes a hold is for, unless the caller says otherwise' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_ESTIMATED_MINUTES)
  estimatedMinutes?: number;

  @ApiProperty({ required: false, enum: SHARING_POLICIES, example: 'protect' })
  @IsOptional()
  @IsIn(SHARING_POLICIES)
  sharing?: SharingPolicy;

  @ApiProperty({ required: false, type: RateCardBody })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RateCardBody)
  rateCard?: RateCardBody;
}

/** What the answers show may be sent back with changes. */
export class ChangedRateCardBody extends RateCardBody {
  @ApiProperty({ required: false, example: 1, description: 'as it was shown; sets nothing' })
  @IsOptional()
  @IsInt()
  version?: number;
}

export class ChangeOrganizationBody extends PartialType(
  OmitType(CreateOrganizationBody, ['id', 'currency', 'rateCard'] as const),
) {
  @ApiProperty({ required: false, type: ChangedRateCardBody })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ChangedRateCardBody)
  rateCard?: ChangedRateCardBody;
}

/** Without fields that were not given, so that they keep their value or default. */
export function toTerms<Body extends Partial<CreateOrganizationBody>>(
  body: Body,
): Partial<Omit<OrganizationTerms, 'tariff'>> & { tariff?: Partial<Tariff> } {
  const { id: _, rateCard, ...terms } = body;
  return { ...defined(terms), ...(rateCard ? { tariff: toTariff(rateCard) } : {}) };
}

function toTariff({ pencePerMinute, version: _, ...rest }: ChangedRateCardBody): Partial<Tariff> {
  const pencePerMinuteE4 = pencePerMinute === undefined ? undefined : rateToE4(pencePerMinute);
  return defined({ ...rest, pencePerMinuteE4 });
}

function defined<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
}

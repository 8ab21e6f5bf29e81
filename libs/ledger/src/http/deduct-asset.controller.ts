import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  amountField,
  ApiIdempotencyKey,
  ApiTenant,
  callerOf,
  idempotencyKeyOf,
  markReplayed,
  MAX_DESCRIPTION_LENGTH,
  namedTenantOf,
  nameOf,
  orRefuse,
  Problems,
  textField,
} from '@holdfast/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Ledger } from '../application/ledger';
import { ASSET_TYPES, type AssetType } from '../domain/journal-entry';

const DeductAssetBody = z.strictObject({
  assetType: z.enum(ASSET_TYPES).meta({ example: 'phone_number' }),
  costPence: amountField.meta({ example: 1_000, description: 'pence' }),
  description: textField(MAX_DESCRIPTION_LENGTH).nullish().meta({ example: '+14155550142' }),
});
type DeductAssetBody = z.infer<typeof DeductAssetBody>;

class DeductAssetAnswer {
  @ApiProperty({ format: 'uuid' }) transactionId: string;
  @ApiProperty({ enum: ASSET_TYPES }) assetType: AssetType;
  @ApiProperty({ example: 1_000 }) costPence: number;
  @ApiProperty({ example: 10_000 }) balanceBeforePence: number;
  @ApiProperty({ example: 9_000 }) balanceAfterPence: number;
  @ApiProperty({ example: 9_000 }) effectiveBalancePence: number;
}

@ApiTags('Billing')
@ApiTenant()
@Controller('api/billing/deduct-asset')
export class DeductAssetController {
  constructor(private readonly ledger: Ledger) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({
    summary: 'Charge an asset',
    description:
      'Atomic, from the effective balance only (assets are zero-debt). A repeat with the same key answers the same, ' +
      'with `Idempotent-Replayed: true`, and charges nothing.',
  })
  @ApiIdempotencyKey('order-2026-000123')
  @ApiCreatedResponse({ type: DeductAssetAnswer })
  @Problems(402, 404, 422)
  async deduct(
    @Req() http: FastifyRequest,
    @Body({ schema: DeductAssetBody }) body: DeductAssetBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeductAssetAnswer> {
    const { assetType, costPence, description } = body; // spreading a parsed body is 3 µs, more than validating it
    const orgId = namedTenantOf(http);
    const idempotencyKey = idempotencyKeyOf(http);
    const createdBy = nameOf(callerOf(http));
    const request = { orgId, assetType, costPence, description, idempotencyKey, createdBy };
    const { replayed, ...answer } = orRefuse(await this.ledger.deductAsset(request));
    markReplayed(reply, replayed);
    return answer;
  }
}

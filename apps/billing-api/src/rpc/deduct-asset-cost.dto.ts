import { ASSET_TYPES, type AssetType } from '@holdfast/ledger';
import { MAX_DESCRIPTION_LENGTH, textField } from '@holdfast/platform';
import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import { amountArgument, keyArgument, orgIdArgument } from './stored-function-arguments';

export const deductAssetCostArguments = z.strictObject({
  p_org_id: orgIdArgument,
  p_cost_pence: amountArgument,
  p_asset_type: z.enum(ASSET_TYPES),
  p_description: textField(MAX_DESCRIPTION_LENGTH).nullish(),
  p_idempotency_key: keyArgument.nullish(),
});
export type DeductAssetCostArguments = z.infer<typeof deductAssetCostArguments>;

export class DeductAssetCostCall {
  @ApiProperty({ format: 'uuid' }) p_org_id: string;
  @ApiProperty({ minimum: 1, example: 1_000, description: 'pence' }) p_cost_pence: number;
  @ApiProperty({ enum: ASSET_TYPES, example: 'phone_number' }) p_asset_type: AssetType;
  @ApiProperty({ required: false, example: '+14155550142' }) p_description?: string;
  @ApiProperty({ example: 'order-2026-000123', description: 'yours, one per purchase' }) p_idempotency_key: string;
}

/** One answer for each way a call may end. */
export const DEDUCT_ASSET_COST_ANSWERS = {
  charged: {
    value: {
      success: true,
      transaction_id: '0198c0de-7a11-7000-8000-000000000000',
      asset_type: 'phone_number',
      cost_pence: 1_000,
      balance_before_pence: 10_000,
      balance_after_pence: 9_000,
      effective_balance_pence: 9_000,
    },
  },
  'not enough money': {
    value: {
      success: false,
      error: 'insufficient_balance',
      balance_pence: 500,
      effective_balance_pence: 500,
      required_pence: 1_000,
      shortfall_pence: 500,
    },
  },
  'a repeat': {
    value: {
      success: false,
      error: 'duplicate_request',
      transaction_id: '0198c0de-7a11-7000-8000-000000000000',
      balance_before_pence: 10_000,
      balance_after_pence: 9_000,
    },
  },
};

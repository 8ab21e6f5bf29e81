import { ASSET_TYPES } from '@holdfast/ledger';
import { idField, MAX_DESCRIPTION_LENGTH, textField } from '@holdfast/platform';
import { z } from 'zod';
import { amountArgument, orgIdArgument } from './stored-function-arguments';

export const deductAssetCostArguments = z.strictObject({
  p_org_id: orgIdArgument,
  p_cost_pence: amountArgument.meta({ example: 1_000, description: 'pence' }),
  p_asset_type: z.enum(ASSET_TYPES).meta({ example: 'phone_number' }),
  p_description: textField(MAX_DESCRIPTION_LENGTH).nullish().meta({ example: '+14155550142' }),
  p_idempotency_key: idField
    .nullish()
    .meta({ example: 'order-2026-000123', description: 'needed: yours, one for each purchase' }),
});
export type DeductAssetCostArguments = z.infer<typeof deductAssetCostArguments>;

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

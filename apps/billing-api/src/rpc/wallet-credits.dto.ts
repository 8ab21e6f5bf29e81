import { CREDIT_TYPES } from '@holdfast/ledger';
import { idField, MAX_DESCRIPTION_LENGTH, numeric, textField } from '@holdfast/platform';
import { z } from 'zod';
import { orgIdArgument } from './stored-function-arguments';

export const addCreditsArguments = z
  .strictObject({
    p_org_id: orgIdArgument,
    p_amount_pence: numeric(z.int())
      .refine((pence) => pence !== 0, 'must be a whole number of pence other than 0')
      .meta({ example: 10_000, description: 'pence; only an adjustment may be negative' }),
    p_type: z.enum(CREDIT_TYPES).default('topup').meta({ example: 'topup' }),
    p_description: textField(MAX_DESCRIPTION_LENGTH).nullish().meta({ example: 'bank transfer 2026-11-23' }),
    p_idempotency_key: idField
      .nullish()
      .meta({ example: 'transfer-0042', description: 'with it a repeat adds nothing' }),
  })
  .refine(({ p_amount_pence, p_type }) => p_amount_pence > 0 || p_type === 'adjustment', {
    path: ['p_amount_pence'],
    message: 'must be at least 1, unless an adjustment',
  });
export type AddCreditsArguments = z.infer<typeof addCreditsArguments>;

export const summaryArguments = z.strictObject({ p_org_id: orgIdArgument });
export type SummaryArguments = z.infer<typeof summaryArguments>;

export const ADD_CREDITS_ANSWERS = {
  added: {
    value: {
      success: true,
      duplicate: false,
      transaction_id: '0198c0de-7a11-7000-8000-000000000000',
      balance_before_pence: 0,
      balance_after_pence: 10_000,
      effective_balance_pence: 10_000,
      arrears_collected_pence: 0,
    },
  },
  'unknown organization': { value: { success: false, error: 'organization_not_found' } },
};

export const SUMMARY_ANSWERS = {
  wallet: {
    value: {
      success: true,
      org_id: '3b241101-e2bb-4255-8caf-4136c566a962',
      currency: 'GBP',
      balance_pence: 10_000,
      held_pence: 280,
      active_reservations_pence: 280,
      effective_balance_pence: 9_720,
      debt_limit_pence: 0,
      arrears_pence: 0,
      low_balance_pence: 1_000,
      is_low_balance: false,
      active_reservations: 1,
    },
  },
  'unknown organization': { value: { success: false, error: 'organization_not_found' } },
};

import { durationField, estimatedMinutesField, idField, numeric } from '@holdfast/platform';
import { z } from 'zod';
import { orgIdArgument } from './stored-function-arguments';

const callIdArgument = idField.meta({ example: 'call-123', description: 'unique over all tenants' });

export const reserveArguments = z.strictObject({
  p_org_id: orgIdArgument,
  p_call_id: callIdArgument,
  p_vapi_call_id: idField.nullish().meta({ example: '01a0a070-a204-764f-b795-cf1cb35e5f49' }),
  p_estimated_minutes: numeric(estimatedMinutesField.nullish()).meta({ example: 5 }),
});
export type ReserveArguments = z.infer<typeof reserveArguments>;

export const commitArguments = z.strictObject({
  p_call_id: callIdArgument,
  p_actual_duration_seconds: numeric(durationField).meta({ example: 187 }),
});
export type CommitArguments = z.infer<typeof commitArguments>;

export const RESERVE_ANSWERS = {
  held: {
    value: {
      success: true,
      duplicate: false,
      reservation_id: '0198c0de-7a11-7000-8000-000000000000',
      reserved_pence: 280,
      balance_pence: 10_000,
      effective_balance_pence: 9_720,
      active_reservations_pence: 280,
      granted_seconds: 300,
      partial: false,
    },
  },
  'not enough money': {
    value: {
      success: false,
      error: 'insufficient_balance',
      balance_pence: 20,
      effective_balance_pence: 20,
      required_pence: 56,
      shortfall_pence: 36,
    },
  },
};

export const COMMIT_ANSWERS = {
  charged: {
    value: {
      success: true,
      duplicate: false,
      transaction_id: '0198c0de-7a11-7000-8000-000000000000',
      reserved_pence: 280,
      actual_cost_pence: 224,
      released_pence: 56,
      balance_before_pence: 10_000,
      balance_after_pence: 9_776,
      actual_minutes: 4,
      duration_seconds: 187,
      charged_pence: 224,
      uncollected_pence: 0,
    },
  },
  'no reservation': {
    value: { success: false, error: 'no_active_reservation', fallback_to_direct_billing: true },
  },
};

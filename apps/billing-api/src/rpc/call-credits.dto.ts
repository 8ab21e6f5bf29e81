import { durationField, estimatedMinutesField, idField } from '@holdfast/platform';
import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import { numeric, orgIdArgument } from './stored-function-arguments';

export const reserveArguments = z.strictObject({
  p_org_id: orgIdArgument,
  p_call_id: idField,
  p_vapi_call_id: idField.nullish(),
  p_estimated_minutes: numeric(estimatedMinutesField.nullish()),
});
export type ReserveArguments = z.infer<typeof reserveArguments>;

export const commitArguments = z.strictObject({
  p_call_id: idField,
  p_actual_duration_seconds: numeric(durationField),
});
export type CommitArguments = z.infer<typeof commitArguments>;

export class ReserveCall {
  @ApiProperty({ format: 'uuid' }) p_org_id: string;
  @ApiProperty({ example: 'call-123', description: 'unique over all tenants' }) p_call_id: string;
  @ApiProperty({ required: false, example: '01a0a070-a204-764f-b795-cf1cb35e5f49' }) p_vapi_call_id?: string;
  @ApiProperty({ required: false, minimum: 1, maximum: 720, example: 5 }) p_estimated_minutes?: number;
}

export class CommitCall {
  @ApiProperty({ example: 'call-123' }) p_call_id: string;
  @ApiProperty({ minimum: 0, maximum: 2_592_000, example: 187 }) p_actual_duration_seconds: number;
}

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

import { amountField, isUuid, numeric, type Caller } from '@holdfast/platform';
import { z } from 'zod';

export const orgIdArgument = z
  .string()
  .refine(isUuid, 'must be a uuid')
  .transform((text) => text.toLowerCase())
  .meta({ format: 'uuid', example: '3b241101-e2bb-4255-8caf-4136c566a962' });

/** PostgREST casts text to a function's numeric parameter, and supabase-js sends every bigint as text. */
export const amountArgument = numeric(amountField);

/** An organisation's key reaches its own data only; another tenant answers like one that doesn't exist. */
export function mayReach(caller: Caller, orgId: string): boolean {
  return caller.kind === 'operator' || caller.orgId === orgId;
}

import { amountField, idField, isUuid, type Caller } from '@holdfast/platform';
import { z } from 'zod';

/**
 * PostgREST casts text to a function's numeric parameter, and supabase-js sends every bigint as text. Only what reads
 * back as written is taken for a number: 9007199254740993 would silently become another amount.
 */
export function numeric<Field extends z.ZodType>(field: Field): z.ZodPreprocess<Field> {
  return z.preprocess((value) => (isNumeral(value) ? Number(value) : value), field);
}

function isNumeral(value: unknown): boolean {
  return typeof value === 'string' && String(Number(value)) === value;
}

export const orgIdArgument = z
  .string()
  .refine(isUuid, 'must be a uuid')
  .transform((text) => text.toLowerCase())
  .meta({ format: 'uuid', example: '3b241101-e2bb-4255-8caf-4136c566a962' });

export const amountArgument = numeric(amountField);

/** Blank is as good as none: it would make one key of all purchases that forgot theirs. */
export const keyArgument = idField.refine((text) => text.trim() !== '', 'must not be blank');

/** An organisation's key reaches its own data only; another tenant answers like one that doesn't exist. */
export function mayReach(caller: Caller, orgId: string): boolean {
  return caller.kind === 'operator' || caller.orgId === orgId;
}

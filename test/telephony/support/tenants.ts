import { randomUUID } from 'node:crypto';
import type { CallDetails } from './messages';
import type { Operator, TenantTerms } from './operator';

export interface NumberedTenant {
  readonly orgId: string;
  readonly assistantId: string;
  /** What a message of a call to its number says. */
  readonly call: CallDetails & { readonly phoneNumberId: string };
}

/** An organisation with one number at Vapi. */
export async function openNumberedTenant(operator: Operator, terms: TenantTerms = {}): Promise<NumberedTenant> {
  const orgId = await operator.openTenant(terms);
  const assistantId = randomUUID();
  const phoneNumberId = randomUUID();
  await operator.registerNumber(orgId, phoneNumberId, assistantId);
  return { orgId, assistantId, call: { phoneNumberId } };
}

import { Refusal } from '@holdfast/kernel';

/** The same words for an organisation that doesn't exist and for another tenant's. */
export function organizationNotFound(): Refusal {
  return new Refusal('organization_not_found', 'There is no such organization.');
}

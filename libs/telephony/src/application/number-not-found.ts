import { Refusal } from '@holdfast/kernel';

/** The same words for a number that doesn't exist and for another tenant's. */
export function numberNotFound(): Refusal {
  return new Refusal('phone_number_not_found', 'There is no such phone number.');
}

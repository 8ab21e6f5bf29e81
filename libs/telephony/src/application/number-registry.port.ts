import type { Refusal } from '@holdfast/kernel';
import type { PhoneNumberState } from '../domain/phone-number';

export interface NumberRegistration {
  readonly orgId: string;
  readonly vapiPhoneId: string;
  readonly assistantId: string;
  /** Left out: what is known stays. */
  readonly phoneNumber?: string;
}

/** Numbers that tenants already have at Vapi, so that webhooks find their tenant. Nothing is bought or charged. */
export abstract class NumberRegistry {
  /**
   * Registers the number, or changes what is registered; a repeat sets the same. One that another organisation had
   * registered moves. Refusals: organization_not_found; request_in_progress while it is being released;
   * invalid_request for one that another organisation has bought.
   */
  abstract register(registration: NumberRegistration, now: Date): Promise<PhoneNumberState | Refusal>;
}

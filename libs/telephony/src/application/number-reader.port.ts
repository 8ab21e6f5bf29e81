import type { PhoneNumberState } from '../domain/phone-number';
import type { NumberStatus } from '../domain/phone-number-status';

export interface NumberFilter {
  readonly status?: NumberStatus;
  readonly limit: number;
  readonly after?: { readonly createdAt: Date; readonly id: string };
}

/** Reads numbers. Decides nothing. */
export abstract class NumberReader {
  abstract byKey(orgId: string, idempotencyKey: string): Promise<PhoneNumberState | null>;
  abstract byId(id: string): Promise<PhoneNumberState | null>;
  /** By its digits, its own id or its id at Vapi. Of several with the same digits the live one, else the newest. */
  abstract find(orgId: string, reference: string): Promise<PhoneNumberState | null>;
  /** Newest first. */
  abstract list(orgId: string, filter: NumberFilter): Promise<PhoneNumberState[]>;
  /** Of one organisation, or of all. */
  abstract counts(orgId: string | null): Promise<Readonly<Record<NumberStatus, number>>>;
}

import type { PhoneNumberState } from '../domain/phone-number';

/** Numbers that somebody has to go on with. */
export abstract class NumberQueue {
  /**
   * Takes the number of this provider that has been due longest, for this replica alone until its lease ends; null when
   * none is due.
   */
  abstract claim(provider: string, now: Date, leaseSeconds: number): Promise<PhoneNumberState | null>;
}

/** Told after credit was added: a running call that was about to end may go on. Must not throw or wait. */
export interface CreditListener {
  creditAdded(orgId: string): void;
}

export const CREDIT_LISTENER = Symbol('CreditListener');

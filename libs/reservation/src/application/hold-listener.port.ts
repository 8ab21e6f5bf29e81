/** Told after a client closed a hold: its call, if it runs all the same, runs unpaid from now on. Must not throw or wait. */
export interface HoldListener {
  /** @param callId under which it was held */
  holdClosed(orgId: string, callId: string): void;
}

export const HOLD_LISTENER = Symbol('HoldListener');

import type { Refusal } from '@holdfast/kernel';
import type { Call, CallHappening, CallNews } from '../domain/call';

export interface Decided {
  readonly callId: string;
  readonly nextDecisionAt: Date | null;
  readonly lastSlice?: boolean;
  readonly warnedAtSeconds?: number | null;
  readonly cutAttempts?: number;
  readonly lookups?: number;
}

/** Calls as the engine knows them: durable, shared by all replicas. */
export abstract class CallBook {
  abstract find(callId: string): Promise<Call | null>;
  abstract findByBillingCallId(billingCallId: string): Promise<Call | null>;
  /** Merges news into what is known; states only move forward. A repeat changes nothing. */
  abstract learn(news: CallNews): Promise<Refusal | undefined>;
  /**
   * Takes calls whose next decision is due before `until`, and moves it on by `leaseSeconds`: if this replica dies,
   * another takes them then.
   */
  abstract claimDue(until: Date, leaseSeconds: number, limit: number): Promise<{ call: Call; dueAt: Date }[]>;
  /** After a decision: when to look next, and what the next look must know. */
  abstract decided(decision: Decided): Promise<void>;
  /** Somebody topped up: live calls on their last slice are looked at now. */
  abstract lookNowAtLastSlices(orgId: string, now: Date): Promise<void>;
  /** Not settled yet. Oldest first. */
  abstract listOpen(limit: number): Promise<Call[]>;
  /** For the story only: never waits, never fails the work it tells of. */
  abstract tell(happening: CallHappening): void;
  abstract story(callId: string): Promise<CallHappening[]>;
}

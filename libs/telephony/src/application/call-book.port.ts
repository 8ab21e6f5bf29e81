import type { Refusal } from '@holdfast/kernel';
import type { Call, CallHappening, CallNews } from '../domain/call';

/** A call that was due, in the hands of this replica alone until its lease ends. */
export interface ClaimedCall {
  readonly call: Call;
  readonly dueAt: Date;
  readonly lease: Date;
}

export interface Decided {
  readonly callId: string;
  /** The lease under which it was decided, which ends with it. Whoever lost it changes no moment. */
  readonly lease: Date;
  /** When to look next, unless somebody asked for a look meanwhile. */
  readonly nextDecisionAt: Date | null;
  /** The call stays in hand until `nextDecisionAt`, which is a new lease. */
  readonly staysInHand?: boolean;
  readonly lastSlice?: boolean;
  readonly warnedAtSeconds?: number | null;
  readonly cutAttempts?: number;
  readonly lookups?: number;
}

/** Calls as the engine knows them: durable, shared by all replicas. */
export abstract class CallBook {
  abstract find(callId: string): Promise<Call | null>;
  /** Whose hold that is says the organisation: another one may hold its own under an id that is also the id of a call. */
  abstract findByBillingCallId(billingCallId: string, orgId: string): Promise<Call | null>;
  /** Merges news into what is known; states only move forward. A repeat changes nothing. */
  abstract learn(news: CallNews): Promise<Refusal | undefined>;
  /**
   * Takes calls whose next decision is due before `until`, and moves it on by `leaseSeconds`: if this replica dies,
   * another takes them then.
   */
  abstract claimDue(until: Date, leaseSeconds: number, limit: number): Promise<ClaimedCall[]>;
  /** After a decision: when to look next, and what the next look must know. @returns whether that is durable. */
  abstract decided(decision: Decided): Promise<boolean>;
  /**
   * Somebody topped up: live calls on their last slice are looked at now, and calls in somebody's hand once more after
   * it, because what is being decided may be older than the credit.
   */
  abstract lookNowAtLastSlices(orgId: string, now: Date): Promise<void>;
  /** The call that is held under this id is looked at now, if it is live. */
  abstract lookNowAtHeldAs(orgId: string, billingCallId: string, now: Date): Promise<void>;
  /**
   * When no other replica works on this database: the calls that dead ones had in hand, and the list of finished calls they
   * were reading, are free at once, not when their lease runs out. Otherwise nothing happens.
   */
  abstract takeFromTheDead(now: Date): Promise<void>;
  /** For the story only: never waits, never fails the work it tells of. */
  abstract tell(happening: CallHappening): void;
  abstract story(callId: string, orgId: string): Promise<CallHappening[]>;
  /** Parts of stories, oldest first. @returns how many were removed, `limit` at the most */
  abstract forgetStoriesBefore(moment: Date, limit: number): Promise<number>;
}

import type { DurationVerdict } from '../domain/duration-verdict';
import type { CallFacts } from '../domain/call-event';

export interface LiveCall {
  readonly outcome: 'live';
  /** In progress or forwarded: paid time runs. Otherwise still scheduled, queued or ringing. */
  readonly answered: boolean;
  readonly startedAt?: Date;
  readonly call: CallFacts;
}

/** Over, and its time is to be paid for (or judged by an operator when the duration is unusable). */
export interface EndedCall {
  readonly outcome: 'ended';
  readonly duration: DurationVerdict;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly endedReason?: string;
  /** US dollars as a decimal string, for margin only. */
  readonly costUsd?: string;
  /** Moves when Vapi corrects a finished call afterwards. */
  readonly updatedAt?: Date;
  readonly call: CallFacts;
}

/** Over without ever having been answered: nothing to charge, its hold can go. */
export interface NeverConnectedCall extends Omit<EndedCall, 'outcome' | 'duration' | 'startedAt'> {
  readonly outcome: 'never-connected';
}

export type KnownCall = LiveCall | EndedCall | NeverConnectedCall;
export type FinishedCall = EndedCall | NeverConnectedCall;

/** Nobody could tell: keep the money and ask again. `detail` may be logged. */
export interface Unreachable {
  readonly outcome: 'unreachable';
  readonly detail: string;
}

/** The provider knows no such call (any more). */
export interface GoneCall {
  readonly outcome: 'gone';
}

export interface FinishedCalls {
  readonly outcome: 'listed';
  readonly calls: readonly FinishedCall[];
  /** Set when there was more than one sweep may read: everything changed before it is here, so go on from it. */
  readonly readUntil?: Date;
}

/** Asks the provider what it knows about calls whose messages were lost. Answers are facts, never exceptions. */
export interface CallLookup {
  find(callId: string): Promise<KnownCall | GoneCall | Unreachable>;
  /**
   * Calls that are over and were changed at or after `since`. Windows may overlap: what is settled is recognised by its call id.
   *
   * @param now engine time, as `since`: a simulated clock runs ahead of this machine's.
   * @param limit calls per page, 1 to 1000; the pages of one sweep are bounded as well.
   */
  endedSince(since: Date, now: Date, limit: number): Promise<FinishedCalls | Unreachable>;
}

/** Absent when no Vapi key is configured: then there is nobody to ask. */
export const CALL_LOOKUP = Symbol('CallLookup');

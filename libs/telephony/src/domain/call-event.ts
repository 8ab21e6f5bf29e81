import type { DurationVerdict } from './duration-verdict';
import type { TenantClaim } from './tenant-claim';

export type CallKind = 'inbound' | 'outbound' | 'web' | 'unknown';

/** What every message tells about its call. All of it comes from outside; only ids that Vapi assigns can't be forged by a caller. */
export interface CallFacts {
  readonly callId: string;
  readonly kind: CallKind;
  /** Vapi's id of the called (or calling) number: the best way to a tenant. */
  readonly phoneNumberId?: string;
  readonly phoneNumber?: string;
  readonly assistantId?: string;
  /** Organisations and holds that the call's metadata names, best place first. Unverified: see `verifyTenantClaims`. */
  readonly claims: readonly TenantClaim[];
  /** Live control of this call, unchecked: `CallControl` refuses what doesn't point at an allowed host. A secret. */
  readonly controlUrl?: string;
  /** The other party; missing when withheld and for web calls. */
  readonly customerNumber?: string;
  /** The limit that Vapi itself enforces on this call, seconds. */
  readonly maxDurationSeconds?: number;
}

interface AboutCall {
  readonly call: CallFacts;
  /** `message.timestamp`: a hint (Vapi numbers nothing and orders nothing), undefined when unreadable. */
  readonly at?: Date;
}

/** The gate: Vapi waits 7.5 s for the answer. */
export interface AssistantRequested extends AboutCall {
  readonly type: 'assistant-request';
}

/** The call was answered: its paid time runs. May come more than once (transient drops, warm transfers). */
export interface CallWentLive extends AboutCall {
  readonly type: 'call-live';
}

/** Any other status on the way. `signOfLife`: the call has reached a telephone (`ringing`, `forwarding`). */
export interface CallChangedStatus extends AboutCall {
  readonly type: 'call-status';
  readonly status: 'scheduled' | 'queued' | 'ringing' | 'forwarding';
  readonly signOfLife: boolean;
}

/** The call is over. Carries no duration: that is the report's business, or GET /call's. */
export interface CallEnded extends AboutCall {
  readonly type: 'call-ended';
  /** One of about 600 known strings, or a new one: never branch money on it. */
  readonly endedReason?: string;
}

/** End-of-call report: what gets charged. */
export interface CallReported extends AboutCall {
  readonly type: 'call-report';
  readonly duration: DurationVerdict;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly endedReason?: string;
  /** Vapi's own price in US dollars as a decimal string: for margin only, never for pricing. */
  readonly costUsd?: string;
}

/** A message that only a running call sends (speech, tools, transcript and the like). */
export interface SignOfLife extends AboutCall {
  readonly type: 'sign-of-life';
  readonly messageType: string;
}

/** Nothing that billing reacts to: unknown types, statuses and future messages. Answered with 200. */
export interface IgnoredMessage {
  readonly type: 'ignored';
  readonly messageType: string;
  readonly callId?: string;
}

/** A message that decides about money but names no usable call: to be logged as failed, for an operator. */
export interface UnidentifiedCall {
  readonly type: 'unidentified';
  readonly messageType: string;
  readonly reason: string;
}

/** Not a server message at all (no usable `message.type`): answered with 400. */
export interface Malformed {
  readonly type: 'malformed';
  readonly reason: string;
}

export type VapiEvent =
  | AssistantRequested
  | CallWentLive
  | CallChangedStatus
  | CallEnded
  | CallReported
  | SignOfLife
  | IgnoredMessage
  | UnidentifiedCall;

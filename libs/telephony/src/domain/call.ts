import type { CallKind } from './call-event';

export const CALL_STATES = ['refused', 'ringing', 'live', 'ended', 'settled'] as const;
/** `refused` at the gate; `ringing`: let in, not answered yet; `ended`: over, not charged yet; `settled`: charged or given back. */
export type CallState = (typeof CALL_STATES)[number];

/** What is known of a call. Whatever order messages come in, the states only move forward. */
export interface Call {
  readonly callId: string;
  readonly orgId: string;
  /** The call id its hold was reserved under. */
  readonly billingCallId: string;
  readonly kind: CallKind;
  readonly state: CallState;
  readonly prepaid: boolean;
  /** The limit pushed to the provider, seconds; null when none was. */
  readonly capSeconds: number | null;
  readonly controlUrl: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly endedReason: string | null;
  /** Money was short for a whole slice: what is granted is the end, unless somebody tops up. */
  readonly lastSlice: boolean;
  /** Seconds left when the caller was last warned. */
  readonly warnedAtSeconds: number | null;
  readonly cutAttempts: number;
  readonly lookups: number;
}

/** News of a call: only what this news tells; what is known already stays. */
export interface CallNews {
  readonly callId: string;
  readonly orgId: string;
  readonly state: CallState;
  readonly at: Date;
  readonly billingCallId?: string;
  readonly kind?: CallKind;
  readonly phoneNumberId?: string;
  readonly assistantId?: string;
  readonly prepaid?: boolean;
  readonly capSeconds?: number;
  readonly controlUrl?: string;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly settledAt?: Date;
  readonly endedReason?: string;
  readonly costUsd?: string;
  readonly nextDecisionAt?: Date;
}

/** What happened to a call, for its story. Money movements are told by the journal itself. */
export type CallEventKind =
  | 'gate_accepted'
  | 'gate_refused'
  | 'answered'
  | 'checked'
  | 'warned'
  | 'warning_cancelled'
  | 'cut'
  | 'cut_failed'
  | 'ended'
  | 'reported'
  | 'looked_up'
  | 'discrepancy'
  | 'settlement_failed';

export interface CallHappening {
  readonly callId: string;
  readonly orgId: string;
  readonly at: Date;
  readonly kind: CallEventKind;
  readonly detail?: Readonly<Record<string, unknown>>;
}

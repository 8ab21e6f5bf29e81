import type { PhoneNumber } from '../phone-numbers/phone-number';
import { type Assistant } from './assistant';
import { type AssistantOverrides, DEFAULT_MAX_DURATION_SECONDS } from './assistant-overrides.schema';
import type { CallScript } from './call-script';

export type CallKind = 'inboundPhoneCall' | 'outboundPhoneCall' | 'webCall';
export type CallStatus = 'queued' | 'ringing' | 'in-progress' | 'ended';
export type GateOutcome = 'none' | 'pending' | 'accepted' | 'refused' | 'failed';

export interface SpokenLine {
  atMs: number;
  content: string;
  endCallAfterSpoken: boolean;
}

interface Ending {
  atMs: number;
  reason: string;
}

/** The truth about one call: what really happened on the line, whatever the webhooks manage to tell. */
export class SimulatedCall {
  status: CallStatus;
  updatedAtMs: number;
  gate: GateOutcome = 'none';
  /** The spoken refusal, or why the gate failed. */
  gateDetail?: string;
  assistant?: Assistant;
  overrides: AssistantOverrides = {};
  startedAtMs?: number;
  endedAtMs?: number;
  endedReason?: string;
  /** What was said through the control URL, in order. */
  readonly said: SpokenLine[] = [];
  /** Vapi's own costs, known once the call is over. */
  bill: Record<string, unknown> = {};
  reported = false;

  constructor(
    readonly id: string,
    /** Names the call in seeded choices: stable from run to run, while ids are not. */
    readonly label: string,
    readonly kind: CallKind,
    readonly script: CallScript,
    readonly createdAtMs: number,
    readonly monitorBaseUrl: string,
    readonly phoneNumber?: PhoneNumber,
  ) {
    this.status = kind === 'inboundPhoneCall' ? 'ringing' : 'queued';
    this.updatedAtMs = createdAtMs;
  }

  get maxDurationSeconds(): number {
    return this.overrides.maxDurationSeconds ?? this.assistant?.maxDurationSeconds ?? DEFAULT_MAX_DURATION_SECONDS;
  }

  get talkedMs(): number {
    return this.startedAtMs === undefined || this.endedAtMs === undefined ? 0 : this.endedAtMs - this.startedAtMs;
  }

  get controlUrl(): string {
    return `${this.monitorBaseUrl}/control/${this.id}`;
  }

  ring(nowMs: number): void {
    this.status = 'ringing';
    this.updatedAtMs = nowMs;
  }

  connect(nowMs: number): void {
    this.status = 'in-progress';
    this.startedAtMs = nowMs;
    this.updatedAtMs = nowMs;
  }

  /** When the call is over by itself: the caller has said all, or the cap is reached. Exact, however late a timer is. */
  naturalEnding(): Ending {
    const startedAtMs = this.startedAtMs ?? this.createdAtMs;
    const talk = { atMs: startedAtMs + (this.script.talkSeconds ?? Infinity) * 1000, reason: 'customer-ended-call' };
    const cap = { atMs: startedAtMs + this.maxDurationSeconds * 1000, reason: 'exceeded-max-duration' };
    const first = talk.atMs <= cap.atMs ? talk : cap;
    return { ...first, atMs: Math.round(first.atMs) };
  }

  /** The first ending counts. A command that arrives after the natural end finds the call already over. */
  end(nowMs: number, reason: string): boolean {
    if (this.status === 'ended') return false;
    const natural = this.naturalEnding();
    const ending = this.startedAtMs !== undefined && nowMs >= natural.atMs ? natural : { atMs: nowMs, reason };
    this.status = 'ended';
    this.endedAtMs = ending.atMs;
    this.endedReason = ending.reason;
    this.updatedAtMs = nowMs;
    return true;
  }
}

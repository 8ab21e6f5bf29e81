import { LONGEST_CALL_SECONDS } from '../domain/call-patience';
import { OUT_OF_CREDIT } from '../domain/spoken-sentences';

/** The least that Vapi takes for `maxDurationSeconds` (OpenAPI, 2026-08-20). Below it a call can't be limited, so it must not start. */
export const SHORTEST_CALL_SECONDS = 10;

/** Range 1 to 300, default 20: a delivery is acknowledged after one durable write, and waits out a short database stall. */
const SERVER_TIMEOUT_SECONDS = 20;

/** The only two kinds that billing needs; the default list is ten times the traffic. Setting it replaces the default. */
const SERVER_MESSAGES = ['status-update', 'end-of-call-report'] as const;

/**
 * Without a plan Vapi sends each message once and a lost report stays lost. The largest plan it takes (10 retries, 10 s base);
 * not repeated: what stays wrong however often it is sent.
 */
const BACKOFF_PLAN = {
  type: 'exponential',
  maxRetries: 10,
  baseDelaySeconds: 10,
  excludedStatusCodes: [400, 401, 403, 404],
} as const;

/** Where this call's messages go. Overriding it drops what the organisation's own server setting would have sent along. */
export interface GateServer {
  readonly url: string;
  /** Vapi credential (bearer or HMAC) that authenticates the messages. */
  readonly credentialId?: string;
  /** Static headers, such as `X-Vapi-Secret`: without them and without a credential the messages come unauthenticated. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AcceptedCall {
  readonly assistantId: string;
  /** What the call can pay for, seconds; rounded down, capped at 43 200. */
  readonly maxDurationSeconds: number;
  /** Undefined leaves the assistant's, the number's or the account's own server in charge. */
  readonly server?: GateServer;
  /** Comes back in `call.assistantOverrides.metadata` of every later message. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface GateRefusal {
  readonly error: string;
}

export interface GateAcceptance {
  readonly assistantId: string;
  readonly assistantOverrides: {
    readonly maxDurationSeconds: number;
    readonly serverMessages: readonly string[];
    readonly server?: GateServer & { readonly timeoutSeconds: number; readonly backoffPlan: typeof BACKOFF_PLAN };
    readonly monitorPlan: { readonly controlEnabled: true };
    readonly metadata: Readonly<Record<string, string>>;
  };
}

export type GateAnswer = GateAcceptance | GateRefusal;

/**
 * Lets a call start, for no longer than it can pay for. Vapi enforces `maxDurationSeconds` by itself, also while this engine is
 * down. Less than Vapi's smallest limit would give away unpaid seconds: that is a refusal.
 */
export function accept(call: AcceptedCall): GateAnswer {
  if (!(call.maxDurationSeconds >= SHORTEST_CALL_SECONDS)) return refuse(OUT_OF_CREDIT);
  const server = call.server && { ...call.server, timeoutSeconds: SERVER_TIMEOUT_SECONDS, backoffPlan: BACKOFF_PLAN };
  return {
    assistantId: call.assistantId,
    assistantOverrides: {
      maxDurationSeconds: Math.min(Math.floor(call.maxDurationSeconds), LONGEST_CALL_SECONDS),
      serverMessages: SERVER_MESSAGES,
      server,
      // the tenant's assistant may have switched it off, and with it the kill switch
      monitorPlan: { controlEnabled: true },
      metadata: call.metadata,
    },
  };
}

/** Answered with HTTP 200: Vapi speaks the sentence and ends the call. Any other status would send it to a fallback number. */
export function refuse(sentence: string): GateRefusal {
  return { error: sentence };
}

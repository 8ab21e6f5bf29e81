import { readCallFacts } from './call-facts.reader';
import { judgeDuration, timesOfCall } from './duration-verdict';
import { readInstant } from './instant.reader';
import { fieldOf, idOf, recordOf, type JsonRecord } from './json-field.reader';
import { isSignOfLife } from './sign-of-life.types';
import { toBoundedText } from './storable-text';
import { readUsdCost } from './usd-cost.reader';
import type { CallChangedStatus, CallFacts, CallReported, Malformed, VapiEvent } from '../domain/call-event';

/** The longest of Vapi's about 600 reasons has under 100 characters. */
const MAX_REASON_LENGTH = 255;

const SIGN_OF_LIFE_BY_STATUS: Readonly<Record<CallChangedStatus['status'], boolean>> = {
  scheduled: false,
  queued: false,
  ringing: true,
  forwarding: true,
};

/**
 * Turns one parsed webhook body into the one thing that it means to billing.
 *
 * Never throws, whatever the body. Reads `message.*` first and `call.*` second (`call` is a stale snapshot), takes ids verbatim,
 * and believes nothing: tenant claims and the control URL are handed on unverified.
 */
export function translate(body: unknown): VapiEvent | Malformed {
  const message = recordOf(body, 'message');
  if (message === undefined) return { type: 'malformed', reason: 'the body has no object named message' };
  const messageType = idOf(message, 'type');
  if (messageType === undefined) return { type: 'malformed', reason: 'message.type is not a usable text' };
  const call = readCallFacts(message);
  return meaningOf(messageType, message, call) ?? { type: 'ignored', messageType, callId: call?.callId };
}

function meaningOf(messageType: string, message: JsonRecord, call: CallFacts | undefined): VapiEvent | undefined {
  if (isSignOfLife(messageType)) {
    return call && { type: 'sign-of-life', call, messageType, at: sentAt(message) };
  }
  if (messageType === 'status-update') return call ? changedStatus(message, call) : unidentified(messageType);
  if (messageType === 'assistant-request') {
    return call ? { type: 'assistant-request', call, at: sentAt(message) } : unidentified(messageType);
  }
  if (messageType === 'end-of-call-report') return call ? report(message, call) : unidentified(messageType);
  return undefined;
}

function unidentified(messageType: string): VapiEvent {
  return { type: 'unidentified', messageType, reason: 'message.call.id is missing or not a usable text' };
}

function changedStatus(message: JsonRecord, call: CallFacts): VapiEvent | undefined {
  const status = fieldOf(message, 'status');
  const at = sentAt(message);
  if (status === 'in-progress') return { type: 'call-live', call, at };
  if (status === 'ended') return { type: 'call-ended', call, at, endedReason: endedReasonOf([message]) };
  if (!isEarlyStatus(status)) return undefined;
  return { type: 'call-status', call, at, status, signOfLife: SIGN_OF_LIFE_BY_STATUS[status] };
}

function isEarlyStatus(status: unknown): status is CallChangedStatus['status'] {
  return typeof status === 'string' && Object.hasOwn(SIGN_OF_LIFE_BY_STATUS, status);
}

function report(message: JsonRecord, call: CallFacts): CallReported {
  const levels = [message, recordOf(message, 'call')];
  const [startedAt, endedAt] = timesOfCall(levels);
  return {
    type: 'call-report',
    call,
    at: sentAt(message),
    duration: judgeDuration(levels),
    startedAt: readInstant(startedAt),
    endedAt: readInstant(endedAt),
    endedReason: endedReasonOf(levels),
    costUsd: readUsdCost(fieldOf(levels[0], 'cost')) ?? readUsdCost(fieldOf(levels[1], 'cost')),
  };
}

function endedReasonOf(levels: readonly unknown[]): string | undefined {
  const reason = levels.map((level) => fieldOf(level, 'endedReason')).find((value) => typeof value === 'string');
  return typeof reason === 'string' ? toBoundedText(reason, MAX_REASON_LENGTH) : undefined;
}

/** Epoch milliseconds in most captures, an ISO string in one. */
function sentAt(message: JsonRecord): Date | undefined {
  return readInstant(fieldOf(message, 'timestamp'));
}

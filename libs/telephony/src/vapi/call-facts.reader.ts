import { fieldOf, idOf, positiveNumberOf, recordOf, type JsonRecord } from './json-field.reader';
import { LONGEST_CALL_SECONDS } from '../domain/call-patience';
import type { TenantClaim } from '../domain/tenant-claim';
import type { CallFacts, CallKind } from '../domain/call-event';

const KIND_BY_TYPE: Readonly<Record<string, CallKind>> = {
  inboundPhoneCall: 'inbound',
  outboundPhoneCall: 'outbound',
  webCall: 'web',
  'vapi.websocketCall': 'web',
};

/** Real control URLs have about 130 characters. */
const MAX_URL_LENGTH = 2_048;
/** Vapi's samples wrap the URL in angle brackets, hence the first one. */
const LOOKS_LIKE_HTTP_URL = /^<?https?:\/\//i;

/**
 * The facts about a message's call, or undefined when it has no usable `call.id`.
 *
 * `call` is a snapshot from the call's creation: `call.status` is still `queued` in a report, so it is not read. The tenant is
 * looked for only where Vapi itself writes: `assistant.id` is left out because a web call's assistant comes from a browser.
 */
export function readCallFacts(message: JsonRecord): CallFacts | undefined {
  const call = recordOf(message, 'call');
  const callId = idOf(call, 'id');
  if (call === undefined || callId === undefined) return undefined;
  return {
    callId,
    kind: kindOf(call),
    phoneNumberId: idOf(call, 'phoneNumberId') ?? eitherOf(message, call, 'phoneNumber', 'id'),
    phoneNumber: eitherOf(message, call, 'phoneNumber', 'number'),
    assistantId: idOf(call, 'assistantId'),
    claims: claimsOf(message, call),
    controlUrl: controlUrlOf(call),
    customerNumber: eitherOf(message, call, 'customer', 'number'),
    maxDurationSeconds: maxDurationOf(message, call),
  };
}

function kindOf(call: JsonRecord): CallKind {
  const type = fieldOf(call, 'type');
  return typeof type === 'string' && Object.hasOwn(KIND_BY_TYPE, type) ? KIND_BY_TYPE[type]! : 'unknown';
}

function eitherOf(message: JsonRecord, call: JsonRecord, record: string, name: string): string | undefined {
  return idOf(recordOf(message, record), name) ?? idOf(recordOf(call, record), name);
}

/** Where metadata set at a call's start has been seen to come back, in order of trust in the place. */
function claimsOf(message: JsonRecord, call: JsonRecord): TenantClaim[] {
  const places = [
    recordOf(call, 'assistantOverrides', 'metadata'),
    recordOf(call, 'metadata'),
    recordOf(call, 'assistantOverrides', 'variableValues'),
    recordOf(message, 'artifact', 'variableValues'),
  ];
  return places.flatMap((place) => {
    const orgId = idOf(place, 'orgId');
    return orgId === undefined ? [] : [{ orgId, callId: idOf(place, 'callId'), sig: idOf(place, 'sig') }];
  });
}

function controlUrlOf(call: JsonRecord): string | undefined {
  const url = fieldOf(recordOf(call, 'monitor'), 'controlUrl');
  return typeof url === 'string' && url.length <= MAX_URL_LENGTH && LOOKS_LIKE_HTTP_URL.test(url) ? url : undefined;
}

/**
 * The override that this call was started with beats the assistant's own limit. Vapi takes no longer one than its own longest
 * call; a message that names one all the same is followed like any other.
 */
function maxDurationOf(message: JsonRecord, call: JsonRecord): number | undefined {
  const places = [recordOf(call, 'assistantOverrides'), recordOf(message, 'assistant'), recordOf(call, 'assistant')];
  const limits = places.map((place) => positiveNumberOf(place, 'maxDurationSeconds'));
  const limit = limits.find((each) => each !== undefined);
  return limit && Math.min(limit, LONGEST_CALL_SECONDS);
}

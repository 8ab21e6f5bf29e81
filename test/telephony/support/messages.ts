/** What a message says of its call beyond the id; shapes as in the fixtures. */
export interface CallDetails {
  readonly phoneNumberId?: string;
  readonly assistantId?: string;
  readonly type?: 'inboundPhoneCall' | 'outboundPhoneCall' | 'webCall';
  readonly controlUrl?: string;
}

type Message = Readonly<Record<string, unknown>>;

function callOf(id: string, { controlUrl, ...details }: CallDetails): object {
  return { id, type: 'inboundPhoneCall', ...details, ...(controlUrl && { monitor: { controlUrl } }) };
}

export function assistantRequest(callId: string, details: CallDetails): Message {
  return { type: 'assistant-request', call: callOf(callId, details) };
}

export function inProgress(callId: string, details: CallDetails, at?: Date): Message {
  return { type: 'status-update', status: 'in-progress', timestamp: at?.getTime(), call: callOf(callId, details) };
}

export function ended(callId: string, details: CallDetails, at?: Date): Message {
  const endedReason = 'customer-ended-call';
  return {
    type: 'status-update',
    status: 'ended',
    endedReason,
    timestamp: at?.getTime(),
    call: callOf(callId, details),
  };
}

/** @param fields of the message itself: `durationSeconds`, `startedAt` and the like */
export function report(callId: string, details: CallDetails, fields: object): Message {
  return { type: 'end-of-call-report', endedReason: 'customer-ended-call', ...fields, call: callOf(callId, details) };
}

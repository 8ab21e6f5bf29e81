import { endOfCallReport } from '../webhook/end-of-call-report';
import type { LiveCall } from './call-population';
import { assistantOf, numberOf } from './running-calls.loader';

/** A report grows with the talk, up to that of a ten-minute call: the webhook bench's 130 kB. */
const REPORT_BYTES = { least: 10_000, perMinute: 12_000, most: 130_000 } as const;
const MS_PER_MINUTE = 60_000;
const MS = 1_000;

export function assistantRequest(call: LiveCall, atMs: number): string {
  return message(call, 'assistant-request', atMs);
}

export function inProgress(call: LiveCall, controlUrl: string): string {
  return message(call, 'status-update', call.startedAtMs, { status: 'in-progress' }, { monitor: { controlUrl } });
}

export function ended(call: LiveCall, endedAtMs: number): string {
  return message(call, 'status-update', endedAtMs, { status: 'ended', endedReason: 'customer-ended-call' });
}

/** Talk in the milliseconds that Vapi reports. */
export function talkedSeconds(call: LiveCall, endedAtMs: number): number {
  return Math.round(endedAtMs - call.startedAtMs) / MS;
}

export function report(call: LiveCall, endedAtMs: number): Buffer {
  const { least, perMinute, most } = REPORT_BYTES;
  const minutes = Math.ceil((endedAtMs - call.startedAtMs) / MS_PER_MINUTE);
  const bytes = Math.min(least + perMinute * minutes, most);
  return endOfCallReport(call.id, talkedSeconds(call, endedAtMs), new Date(Math.round(endedAtMs)), bytes);
}

export function statusCheck(call: LiveCall, atMs: number): string {
  const durationSeconds = Math.round(atMs - call.startedAtMs) / MS;
  return JSON.stringify({ message: { call: { id: call.id }, durationSeconds } });
}

function message(call: LiveCall, type: string, atMs: number, fields: object = {}, ofCall: object = {}): string {
  return JSON.stringify({
    message: {
      type,
      timestamp: Math.round(atMs),
      ...fields,
      call: {
        id: call.id,
        orgId: '11111111-2222-4333-8444-555555555555',
        type: 'inboundPhoneCall',
        status: 'ringing',
        phoneNumberId: numberOf(call.orgId),
        assistantId: assistantOf(call.orgId),
        customer: { number: '+14155550142' },
        ...ofCall,
      },
    },
  });
}

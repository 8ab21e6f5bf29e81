import type { SimulatedCall } from '../calls/simulated-call';
import { isoTime } from '../time/simulated-clock';

export type WireObject = Record<string, unknown>;

/** The reseller's own Vapi account: the same on every call, so not a tenant. */
export const VAPI_ORG_ID = '7b0c2f1e-4f58-4d0c-9c3e-5a1f60b7d201';

/**
 * `message.call` of a webhook. A stale snapshot on purpose, as in captured deliveries: the status of the beginning,
 * updatedAt equal to createdAt, no startedAt or endedAt.
 */
export function callSnapshot(call: SimulatedCall): WireObject {
  return {
    ...beginnings(call),
    createdAt: isoTime(call.createdAtMs),
    updatedAt: isoTime(call.createdAtMs),
    status: call.kind === 'inboundPhoneCall' ? 'ringing' : 'queued',
  };
}

/** What GET /call/{id} answers: the record, which is up to date. */
export function callRecord(call: SimulatedCall): WireObject {
  return {
    ...beginnings(call),
    createdAt: isoTime(call.createdAtMs),
    updatedAt: isoTime(call.updatedAtMs),
    status: call.status,
    ...(call.startedAtMs !== undefined && { startedAt: isoTime(call.startedAtMs) }),
    ...(call.endedAtMs !== undefined && { endedAt: isoTime(call.endedAtMs), endedReason: call.endedReason }),
    ...call.bill,
  };
}

function beginnings(call: SimulatedCall): WireObject {
  const isPhone = call.kind !== 'webCall';
  return {
    id: call.id,
    orgId: VAPI_ORG_ID,
    type: call.kind,
    ...(isPhone && phoneLeg(call)),
    ...(call.script.customerNumber && { customer: { number: call.script.customerNumber } }),
    ...(call.assistant && {
      assistantId: call.assistant.id,
      monitor: { listenUrl: `${call.controlUrl.replace(/^http/, 'ws')}/listen`, controlUrl: call.controlUrl },
      assistantOverrides: call.overrides,
      transport: { provider: isPhone ? 'twilio' : 'daily', conversationType: 'voice' },
    }),
  };
}

function phoneLeg(call: SimulatedCall): WireObject {
  return {
    phoneCallProvider: 'twilio',
    phoneCallProviderId: `CA${call.id.replaceAll('-', '')}`,
    phoneCallTransport: 'pstn',
    phoneNumberId: call.phoneNumber?.id,
  };
}

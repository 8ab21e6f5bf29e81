import type { SimulatedCall } from '../calls/simulated-call';
import { callSnapshot, VAPI_ORG_ID, type WireObject } from './wire-call';

/** The common shape of every server message: `{message: {type, timestamp, …, call, phoneNumber?, customer?, assistant?}}`. */
export function envelope(call: SimulatedCall, type: string, timestampMs: number, fields: WireObject = {}): WireObject {
  return {
    message: {
      timestamp: timestampMs,
      type,
      ...fields,
      call: callSnapshot(call),
      ...(call.phoneNumber && { phoneNumber: call.phoneNumber }),
      ...(call.script.customerNumber && { customer: { number: call.script.customerNumber } }),
      ...(call.assistant && { assistant: wireAssistant(call) }),
    },
  };
}

function wireAssistant(call: SimulatedCall): WireObject {
  const { id, name, prompt, server, serverMessages } = call.assistant!;
  return {
    id,
    orgId: VAPI_ORG_ID,
    name,
    firstMessage: 'Hello, how can I help?',
    maxDurationSeconds: call.maxDurationSeconds,
    model: { provider: 'openai', model: 'gpt-4o-mini', messages: [{ role: 'system', content: prompt }] },
    voice: { provider: 'vapi', voiceId: 'Elliot' },
    transcriber: { provider: 'deepgram', model: 'nova-3', language: 'en' },
    server: call.overrides.server ?? server,
    serverMessages: call.overrides.serverMessages ?? serverMessages,
  };
}

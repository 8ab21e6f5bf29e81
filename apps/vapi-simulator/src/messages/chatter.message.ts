import type { SimulatedCall } from '../calls/simulated-call';
import type { OutgoingMessage } from '../delivery/courier';
import { envelope } from './envelope';

/** The noise of the default `serverMessages` list: messages that a billing engine must take and ignore. */
export function speechUpdate(call: SimulatedCall, nowMs: number): OutgoingMessage {
  const body = JSON.stringify(
    envelope(call, 'speech-update', nowMs, { status: 'started', role: 'assistant', turn: 0 }),
  );
  return { name: 'speech-update', body: () => body };
}

export function conversationUpdate(call: SimulatedCall, nowMs: number): OutgoingMessage {
  const system = { role: 'system', content: call.assistant?.prompt ?? '' };
  const body = JSON.stringify(
    envelope(call, 'conversation-update', nowMs, { conversation: [system], messagesOpenAIFormatted: [system] }),
  );
  return { name: 'conversation-update', body: () => body };
}

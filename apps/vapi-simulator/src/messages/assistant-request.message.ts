import type { SimulatedCall } from '../calls/simulated-call';
import type { OutgoingMessage } from '../delivery/courier';
import { envelope } from './envelope';

export function assistantRequest(call: SimulatedCall, timestampMs: number): OutgoingMessage {
  const body = JSON.stringify(envelope(call, 'assistant-request', timestampMs));
  return { name: 'assistant-request', body: () => body };
}

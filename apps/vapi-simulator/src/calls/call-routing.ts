import { DEFAULT_SERVER_MESSAGES } from './assistant';
import type { SimulatedCall } from './simulated-call';
import type { WebhookServer } from './webhook-server.schema';

/** Each event goes to exactly one server: assistant (with its overrides), then phone number, then the organisation. */
export function eventServer(call: SimulatedCall, organisation: WebhookServer): WebhookServer {
  const candidates = [call.overrides.server, call.assistant?.server, call.phoneNumber?.server, organisation];
  return candidates.find((server) => server?.url) ?? organisation;
}

/** An assistant-request goes out before any assistant is known, so only the number and the organisation count. */
export function gateServer(call: SimulatedCall, organisation: WebhookServer): WebhookServer {
  return call.phoneNumber?.server?.url ? call.phoneNumber.server : organisation;
}

export function subscribesTo(call: SimulatedCall, type: string): boolean {
  const list = call.overrides.serverMessages ?? call.assistant?.serverMessages ?? DEFAULT_SERVER_MESSAGES;
  return list.includes(type);
}

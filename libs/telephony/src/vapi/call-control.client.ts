import type { CallControl, ControlResult } from '../application/call-control.port';
import type { Fetch } from './bounded-fetch';
import { failureNames } from './request-failure';
import { checkControlUrl, type ControlHosts } from './control-url.policy';

/** A call that must end loses its customer's money every second: better to try again soon (2 s) than to wait long. */
export const CONTROL_TIMEOUT_MS = 2_000;
/** Answers of control URLs are undocumented and not needed; a short one is read to the end so that the connection is reused. */
const MAX_DRAINED_BYTES = 16_384;
/** About a minute of speech. */
const MAX_SPOKEN_LENGTH = 1_000;

export interface CallControlSettings {
  readonly allowedHosts: ControlHosts;
  /** For one command, connecting included; milliseconds. */
  readonly timeoutMs?: number;
  readonly fetch?: Fetch;
}

/** Message shapes: @vapi-ai/server-sdk 2.0.1, ClientInboundMessageSay and ClientInboundMessageEndCall. */
export function createCallControl(settings: CallControlSettings): CallControl {
  return {
    say: (controlUrl, text, options = {}) =>
      post(settings, controlUrl, {
        type: 'say',
        content: text.slice(0, MAX_SPOKEN_LENGTH),
        endCallAfterSpoken: options.endCallAfterSpoken ?? false,
        interruptAssistantEnabled: options.interruptAssistant ?? false,
      }),
    endCall: (controlUrl) => post(settings, controlUrl, { type: 'end-call' }),
  };
}

async function post(settings: CallControlSettings, controlUrl: string, command: object): Promise<ControlResult> {
  const url = checkControlUrl(controlUrl, settings.allowedHosts);
  if (url === undefined) {
    return { ok: false, reason: 'forbidden_url', gone: false, detail: 'not an allowed control URL', ms: 0 };
  }
  const send = settings.fetch ?? globalThis.fetch;
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  try {
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
      redirect: 'manual', // a redirect would lead past the host check
      signal: AbortSignal.timeout(settings.timeoutMs ?? CONTROL_TIMEOUT_MS),
    });
    const result = answered(response.status, elapsed());
    void drain(response);
    return result;
  } catch (error) {
    return { ok: false, ...failureOf(error), gone: false, ms: elapsed() };
  }
}

function answered(status: number, ms: number): ControlResult {
  if (status >= 200 && status < 300) return { ok: true, status, ms };
  const gone = status === 404 || status === 410;
  return { ok: false, reason: 'http', status, gone, detail: `answered ${status}`, ms };
}

/** Not waited for: the status has been seen, and whatever happens to the body changes nothing. Never rejects. */
async function drain(response: Response): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (let seen = 0; seen <= MAX_DRAINED_BYTES;) {
      const { done, value } = await reader.read();
      if (done) return;
      seen += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // timed out or cut off while reading a body that nobody needs
  }
}

function failureOf(error: unknown): { reason: 'timeout' | 'network'; detail: string } {
  const names = failureNames(error);
  if (names.includes('TimeoutError')) return { reason: 'timeout', detail: 'no answer in time' };
  return { reason: 'network', detail: names.at(-1) ?? 'no connection' };
}

import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedWebhook {
  type: string;
  /** `status-update:ended` and the like. */
  name: string;
  callId: string;
  secret: string;
  headers: http.IncomingHttpHeaders;
  message: Record<string, unknown>;
  call: Record<string, unknown>;
  raw: string;
  /** Real milliseconds the body took to arrive. */
  bodyMs: number;
}

type Answer = { status?: number; body?: unknown };

/** Records webhooks and answers them: what the specs of the simulator have for an engine. */
export class StandInEngine {
  readonly received: ReceivedWebhook[] = [];
  /** Answers the gate; the default lets every caller in. */
  gate: (webhook: ReceivedWebhook) => Answer = () => ({ body: { assistantId: 'assistant-1' } });
  /** Answers everything else. */
  others: (webhook: ReceivedWebhook) => Answer = () => ({ body: { received: true } });
  url = '';
  private readonly server = http.createServer((request, response) => {
    const startedAt = performance.now();
    let raw = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (raw += chunk));
    request.on('end', () => {
      const webhook = this.record(raw, request.headers, performance.now() - startedAt);
      const { status = 200, body } = webhook.type === 'assistant-request' ? this.gate(webhook) : this.others(webhook);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
    });
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  named(name: string): ReceivedWebhook[] {
    return this.received.filter((webhook) => webhook.name === name);
  }

  names(callId?: string): string[] {
    return this.received.filter((w) => callId === undefined || w.callId === callId).map(({ name }) => name);
  }

  private record(raw: string, headers: http.IncomingHttpHeaders, bodyMs: number): ReceivedWebhook {
    const { message } = JSON.parse(raw) as { message: Record<string, unknown> };
    const type = String(message['type']);
    const call = message['call'] as Record<string, unknown>;
    const webhook: ReceivedWebhook = {
      type,
      name: type === 'status-update' ? `${type}:${String(message['status'])}` : type,
      callId: String(call['id']),
      secret: String(headers['x-vapi-secret'] ?? ''),
      headers,
      message,
      call,
      raw,
      bodyMs,
    };
    this.received.push(webhook);
    return webhook;
  }
}

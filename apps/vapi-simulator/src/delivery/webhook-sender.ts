import http from 'node:http';
import https from 'node:https';
import { setTimeout as realSleep } from 'node:timers/promises';

export interface WebhookReply {
  status: number;
  text: string;
  latencyMs: number;
}

export interface WebhookPost {
  url: string;
  body: string;
  headers: Record<string, string>;
  timeoutMs: number;
  /** Spread the body over this many real milliseconds. */
  slowMs?: number;
}

/** More connections than a Vapi account has calls by default, few enough for a laptop. */
const MAX_CONNECTIONS = 256;
const SLOW_CHUNKS = 8;
const MAX_REPLY_CHARACTERS = 1_000_000;

/** Posts webhooks over kept connections and measures them. node:http, because a body must be able to trickle. */
export class WebhookSender {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS }),
  };

  async post(post: WebhookPost): Promise<WebhookReply> {
    try {
      return await this.attempt(post);
    } catch (error) {
      // The other side closed a kept connection in the very moment it was picked: nothing was read there.
      if (error instanceof StaleConnectionError) return this.attempt(post);
      throw error;
    }
  }

  close(): void {
    this.agents['http:'].destroy();
    this.agents['https:'].destroy();
  }

  private attempt({ url, body, headers, timeoutMs, slowMs = 0 }: WebhookPost): Promise<WebhookReply> {
    const target = new URL(url);
    const secure = target.protocol === 'https:';
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(target, {
        method: 'POST',
        agent: this.agents[secure ? 'https:' : 'http:'],
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      });
      const deadline = setTimeout(() => request.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
      request.on('close', () => clearTimeout(deadline));
      request.on('error', (error: NodeJS.ErrnoException) =>
        reject(request.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnectionError() : error),
      );
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          if (text.length < MAX_REPLY_CHARACTERS) text += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, latencyMs: performance.now() - startedAt }),
        );
      });
      if (slowMs > 0) void trickle(request, body, slowMs);
      else request.end(body);
    });
  }
}

class StaleConnectionError extends Error {}

async function trickle(request: http.ClientRequest, body: string, slowMs: number): Promise<void> {
  const bytes = Buffer.from(body);
  const size = Math.ceil(bytes.length / SLOW_CHUNKS);
  for (let at = 0; at < bytes.length && !request.destroyed; at += size) {
    request.write(bytes.subarray(at, at + size));
    await realSleep(slowMs / SLOW_CHUNKS);
  }
  if (!request.destroyed) request.end();
}

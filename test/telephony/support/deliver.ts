import { request, type OutgoingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Posts these very bytes and headers, as a provider would; a list of values is sent as a header that comes several times.
 * Resolves with whatever the engine answers.
 */
export function post(url: string, body: string | Buffer, headers: OutgoingHttpHeaders): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', agent: false, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
        });
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

export const WEBHOOK = '/api/vapi/webhook';
export const STATUS_CHECK = '/api/vapi/webhook/status-check';

/** Delivers one message with Vapi's shared secret. */
export function deliver(
  engine: { readonly url: string; readonly webhookSecret: string },
  message: object,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return post(engine.url + WEBHOOK, JSON.stringify({ message }), {
    'content-type': 'application/json',
    'x-vapi-secret': engine.webhookSecret,
    ...headers,
  });
}

import { randomUUID } from 'node:crypto';
import type { TestEngine } from './engine';
import type { Tenant } from './tenant';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** To the byte. */
  readonly text: string;
  /** Parsed, where it is JSON. */
  readonly body: Record<string, unknown>;
}

export interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly key?: string;
}

/** Speaks to an engine as one caller does. */
export class HttpClient {
  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** The same caller with other headers too. */
  with(headers: Readonly<Record<string, string>>): HttpClient {
    return new HttpClient(this.url, { ...this.headers, ...headers });
  }

  get(path: string, sending: Sending = {}): Promise<Answer> {
    return this.send('GET', path, undefined, sending);
  }

  delete(path: string): Promise<Answer> {
    return this.send('DELETE', path);
  }

  /** With an idempotency key of its own unless `key` says which. */
  post(path: string, body?: unknown, sending: Sending = {}): Promise<Answer> {
    return this.send('POST', path, body, {
      ...sending,
      headers: { 'idempotency-key': sending.key ?? randomUUID(), ...sending.headers },
    });
  }

  patch(path: string, body: unknown): Promise<Answer> {
    return this.send('PATCH', path, body);
  }

  async send(method: string, path: string, body?: unknown, { headers, raw }: Sending = {}): Promise<Answer> {
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const type: Record<string, string> = content === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}/${path}`, {
      method,
      headers: { ...this.headers, ...type, ...headers },
      body: content,
    });
    const text = await answer.text();
    const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '') && text !== '';
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  }
}

export function operatorOf({ url, adminKey }: TestEngine, orgId?: string): HttpClient {
  return new HttpClient(url, {
    authorization: `Bearer ${adminKey}`,
    ...(orgId === undefined ? {} : { 'x-org-id': orgId }),
  });
}

export function clientOf({ url }: TestEngine, { key }: Tenant): HttpClient {
  return new HttpClient(url, { authorization: `Bearer ${key}` });
}

/** Every refusal is an RFC 9457 problem document. */
export function expectProblem(
  { status, headers, body }: Answer,
  expected: number,
  code: string,
  facts: object = {},
): void {
  expect({ status, code: body.code }).toEqual({ status: expected, code });
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status: expected,
    detail: expect.any(String),
    instance: expect.stringMatching(/^\//),
    requestId: expect.any(String),
    ...facts,
  });
}

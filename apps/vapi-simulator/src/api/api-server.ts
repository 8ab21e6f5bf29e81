import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiAnswer, type ApiRoute, refusal } from './api-route';

/** Far above any body this API takes. */
const MAX_BODY_BYTES = 1_000_000;
const HOST = '127.0.0.1';

/** Vapi's HTTP face: the API and, on the same port, the control URLs. Bound to this machine alone. */
export class ApiServer {
  private readonly server: http.Server;

  constructor(
    private readonly routes: readonly ApiRoute[],
    private readonly apiKey: string | undefined,
  ) {
    this.server = http.createServer((request, response) => {
      this.handle(request)
        .catch((error: unknown) => refusal(500, error instanceof Error ? error.message : 'failed'))
        .then((answer) => send(response, answer))
        .catch(() => response.destroy());
    });
  }

  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, HOST, resolve);
    });
    return `http://${HOST}:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: http.IncomingMessage): Promise<ApiAnswer> {
    const url = new URL(request.url ?? '/', `http://${HOST}`);
    const route = this.routes.find(({ method, path }) => method === request.method && path.test(url.pathname));
    if (!route) return refusal(404, `Cannot ${request.method} ${url.pathname}`);
    if (!route.open && !this.isAuthorised(request.headers.authorization))
      return refusal(
        401,
        'Invalid Key. Hot tip, you may be using the private key instead of the public key, or vice versa.',
      );

    const text = await readBody(request);
    if (text === undefined) return refusal(413, 'request entity too large');
    let body: unknown;
    try {
      body = text ? (JSON.parse(text) as unknown) : undefined;
    } catch {
      return refusal(400, 'Unexpected token in JSON');
    }
    const id = decodeURIComponent(route.path.exec(url.pathname)?.[1] ?? '');
    return route.answer({ id, query: url.searchParams, headers: request.headers, body });
  }

  /** Without a configured key any bearer token will do, but there must be one. */
  private isAuthorised(authorization = ''): boolean {
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    return token !== undefined && (this.apiKey === undefined || token === this.apiKey);
  }
}

async function readBody(request: http.IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function send(response: http.ServerResponse, answer: ApiAnswer): void {
  if (answer === 'hang') return;
  response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
}

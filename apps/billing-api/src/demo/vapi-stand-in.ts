import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was asked of a call's control URL. */
export interface ControlCommand {
  readonly callId: string;
  readonly type: string;
  readonly content?: string;
  readonly at: Date;
}

/** The part of Vapi that the engine calls: GET /call/{id} for lost reports, and control URLs of live calls. */
export interface VapiStandIn {
  readonly url: string;
  /** `127.0.0.1:…`: what VAPI_CONTROL_HOSTS must allow. */
  readonly host: string;
  readonly commands: readonly ControlCommand[];
  controlUrl(callId: string): string;
  knows(record: Readonly<Record<string, unknown>>): void;
  stop(): Promise<void>;
}

export async function startVapiStandIn(now: () => Date): Promise<VapiStandIn> {
  const records = new Map<string, unknown>();
  const commands: ControlCommand[] = [];
  const server = createServer((request, response) => {
    answer(request, records, commands, now).then(
      ([status, body]) => send(response, status, body),
      (fault: Error) => send(response, 500, { message: fault.message }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  return {
    url,
    host,
    commands,
    controlUrl: (callId) => `${url}/control/${callId}`,
    knows: (record) => void records.set(String(record.id), record),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  records: ReadonlyMap<string, unknown>,
  commands: ControlCommand[],
  now: () => Date,
): Promise<[status: number, body: unknown]> {
  const [, what, callId] = new URL(request.url ?? '/', 'http://vapi').pathname.split('/');
  if (what === 'control' && callId !== undefined) {
    const { type, content } = JSON.parse(await textOf(request)) as { type: string; content?: string };
    commands.push({ callId, type, content, at: now() });
    return [200, {}];
  }
  if (what === 'call' && callId === undefined) return [200, []];
  const record = what === 'call' && callId !== undefined ? records.get(callId) : undefined;
  return record === undefined ? [404, { message: 'not found' }] : [200, record];
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

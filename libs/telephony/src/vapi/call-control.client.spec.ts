import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCallControl } from './call-control.client';
import type { CallControl } from '../application/call-control.port';

interface Seen {
  readonly method?: string;
  readonly path?: string;
  readonly body: unknown;
}

describe('call control', () => {
  const seen: Seen[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let server: Server;
  let origin: string;
  let control: CallControl;
  let hasty: CallControl;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ method: request.method, path: request.url, body: JSON.parse(Buffer.concat(chunks).toString()) });
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    origin = `http://${host}`;
    control = createCallControl({ allowedHosts: [host] });
    hasty = createCallControl({ allowedHosts: [host], timeoutMs: 200 });
  });

  beforeEach(() => {
    seen.length = 0;
    answer = (_request, response) => response.end('{"ok":true}');
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('says a sentence', async () => {
    const result = await control.say(`${origin}/call-1/control`, 'One minute left.', { endCallAfterSpoken: true });
    expect(result).toEqual({ ok: true, status: 200, ms: expect.any(Number) as number });
    const body = {
      type: 'say',
      content: 'One minute left.',
      endCallAfterSpoken: true,
      interruptAssistantEnabled: false,
    };
    expect(seen).toEqual([{ method: 'POST', path: '/call-1/control', body }]);
  });

  it('ends a call, also when the URL comes wrapped as in the samples', async () => {
    expect(await control.endCall(`<${origin}/call-1/control>`)).toMatchObject({ ok: true });
    expect(seen).toEqual([{ method: 'POST', path: '/call-1/control', body: { type: 'end-call' } }]);
  });

  it.each(['https://evil.test/control', 'http://phone.vapi.ai/control', 'http://127.0.0.1:1/', 'not a url', ''])(
    'sends nothing to %p',
    async (url) => {
      const fetch = jest.fn<ReturnType<typeof globalThis.fetch>, Parameters<typeof globalThis.fetch>>();
      const guarded = createCallControl({ allowedHosts: ['.vapi.ai'], fetch });
      expect(await guarded.endCall(url)).toMatchObject({ ok: false, reason: 'forbidden_url', gone: false });
      expect(await guarded.say(url, 'x')).toMatchObject({ ok: false, reason: 'forbidden_url' });
      expect(fetch).not.toHaveBeenCalled();
    },
  );

  it.each([
    [404, true],
    [410, true],
    [400, false],
    [401, false],
    [500, false],
  ])('reports an answer %p, gone: %p', async (status, gone) => {
    answer = (_request, response) => response.writeHead(status).end('secret details');
    const result = await control.endCall(`${origin}/x`);
    expect(result).toMatchObject({ ok: false, reason: 'http', status, gone, detail: `answered ${status}` });
  });

  it('never follows a redirect', async () => {
    answer = (_request, response) => response.writeHead(307, { location: `${origin}/elsewhere` }).end();
    expect(await control.endCall(`${origin}/x`)).toMatchObject({ ok: false, reason: 'http', status: 307 });
    expect(seen.map(({ path }) => path)).toEqual(['/x']);
  });

  it('gives up when no answer comes in time', async () => {
    answer = () => undefined;
    expect(await hasty.endCall(`${origin}/x`)).toMatchObject({ ok: false, reason: 'timeout', gone: false });
  });

  it('has arrived when the status did, however long the body takes or is', async () => {
    answer = (_request, response) => void response.writeHead(200).write('x');
    expect(await control.endCall(`${origin}/x`)).toMatchObject({ ok: true });
    answer = (_request, response) => void response.writeHead(200).end(Buffer.alloc(5_000_000));
    expect(await control.endCall(`${origin}/x`)).toMatchObject({ ok: true });
  });

  it('tells a refused connection from an answer', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(closed.address() as AddressInfo).port}`;
    await new Promise((resolve) => closed.close(resolve));
    const result = await createCallControl({ allowedHosts: [host] }).endCall(`http://${host}/x`);
    expect(result).toMatchObject({ ok: false, reason: 'network', detail: 'ECONNREFUSED' });
  });
});

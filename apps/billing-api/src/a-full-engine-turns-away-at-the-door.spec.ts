import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Admission } from './admission';

const RESERVE = '/api/billing/reserve-credits';
const WEBHOOK = '/api/vapi/webhook';
const LIMITS = { requests: 2, urgentRequests: 3 };

describe('an engine that has as many requests as it can serve in time', () => {
  let server: Server;
  let url: string;
  let shed: number;
  let inside: ServerResponse[];

  beforeEach(async () => {
    shed = 0;
    inside = [];
    server = createServer((request, response) => {
      request.resume();
      inside.push(response);
    });
    new Admission(() => (shed += 1), LIMITS).guard(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const post = (path: string, signal?: AbortSignal): Promise<Response> =>
    fetch(url + path, { method: 'POST', body: '{"callId":"a"}', signal });
  const reached = async (count: number): Promise<void> => {
    for (let looks = 0; inside.length < count && looks < 200; looks++) await new Promise((r) => setTimeout(r, 10));
    expect(inside).toHaveLength(count);
  };
  const answerOne = (): void => void inside.shift()?.end('{}');

  it('turns the next one away with 503 and Retry-After, and lets it in when one has been answered', async () => {
    const accepted = [post(RESERVE), post(RESERVE)];
    await reached(2);
    const refused = await post(`${RESERVE}?a=b`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(await refused.json()).toMatchObject({ status: 503, code: 'overloaded', instance: RESERVE });
    expect(shed).toBe(1);
    answerOne();
    expect((await Promise.race(accepted)).status).toBe(200);
    accepted.push(post(RESERVE));
    await reached(2);
    answerOne();
    answerOne();
    expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it.each([WEBHOOK, `${WEBHOOK}/status-check`, '/api/billing/commit-credits', '/health/ready', '/metrics'])(
    'still lets %s in, up to a limit of its own',
    async (urgent) => {
      const accepted = [post(RESERVE), post(RESERVE)];
      await reached(2);
      accepted.push(post(urgent));
      await reached(3);
      expect((await post(urgent)).status).toBe(503);
      for (let i = 0; i < 3; i++) answerOne();
      expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual([200, 200, 200]);
    },
  );

  it('has room again when a client goes away without its answer', async () => {
    const gone = new AbortController();
    const accepted = [post(RESERVE, gone.signal), post(RESERVE)];
    accepted[0]?.catch(() => undefined);
    await reached(2);
    gone.abort();
    for (let looks = 0; inside[0]?.closed === false && looks < 200; looks++) {
      await new Promise((r) => setTimeout(r, 10));
    }
    inside.shift();
    const next = post(RESERVE);
    await reached(2);
    answerOne();
    answerOne();
    expect((await next).status).toBe(200);
    await accepted[1];
  });
});

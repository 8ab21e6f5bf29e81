import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Admission, type AdmissionLimits } from './admission';

const RESERVE = '/api/billing/reserve-credits';
const WEBHOOK = '/api/vapi/webhook';
const PATIENCE_MS = 500;
const LIMITS = { requests: 2, waiting: 0, waitMs: PATIENCE_MS, urgentRequests: 3 };

describe('an engine that has as many requests as it can serve in time', () => {
  let server: Server;
  let url: string;
  let shed: number;
  let inside: ServerResponse[];

  async function open(limits: AdmissionLimits): Promise<void> {
    shed = 0;
    inside = [];
    server = createServer((request, response) => {
      request.resume();
      inside.push(response);
    });
    new Admission(() => (shed += 1), limits).guard(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeEach(() => open(LIMITS));

  afterEach(close);

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  const post = (path: string, signal?: AbortSignal): Promise<Response> =>
    fetch(url + path, { method: 'POST', body: '{"callId":"a"}', signal });
  const reached = async (count: number): Promise<void> => {
    for (let looks = 0; inside.length < count && looks < 200; looks++) await new Promise((r) => setTimeout(r, 10));
    expect(inside).toHaveLength(count);
  };
  const answerOne = (): void => void inside.shift()?.end('{}');
  const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS / 10));
  /** It has arrived, and is not inside. In an object, since a promise would be waited for. */
  const atTheDoor = async <T>(send: () => Promise<T>): Promise<{ answered: Promise<T> }> => {
    const answered = send();
    await aMoment();
    return { answered };
  };

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

  describe('with room to wait', () => {
    beforeEach(async () => {
      await close();
      await open({ ...LIMITS, waiting: 2 });
    });

    it('has two wait, in order, and turns the third away', async () => {
      const accepted = [post(RESERVE), post(RESERVE)];
      await reached(2);
      const order: string[] = [];
      const first = await atTheDoor(() => post(`${RESERVE}?first`).then(() => order.push('first')));
      const second = await atTheDoor(() => post(`${RESERVE}?second`).then(() => order.push('second')));
      expect((await post(RESERVE)).status).toBe(503);
      expect(shed).toBe(1);
      expect(inside).toHaveLength(2);
      answerOne();
      await reached(2);
      answerOne();
      await reached(2);
      answerOne();
      await first.answered;
      answerOne();
      await second.answered;
      await Promise.all(accepted);
      expect(order).toEqual(['first', 'second']);
    });

    it('does not let the urgent wait behind them', async () => {
      const accepted = [post(RESERVE), post(RESERVE)];
      await reached(2);
      const waiting = await atTheDoor(() => post(RESERVE));
      accepted.push(post(WEBHOOK));
      await reached(3);
      answerOne(); // two are inside again, one of them the urgent one
      answerOne();
      await reached(2);
      answerOne();
      answerOne();
      expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await waiting.answered).status).toBe(200);
    });

    it('has nobody wait for longer than it promises', async () => {
      const accepted = [post(RESERVE), post(RESERVE)];
      await reached(2);
      const waited = await Promise.all([post(RESERVE), post(RESERVE)]);
      expect(waited.map(({ status }) => status)).toEqual([503, 503]);
      expect(shed).toBe(2);
      answerOne();
      answerOne();
      expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual([200, 200]);
    });

    it('lets them in past those whose body does not come', async () => {
      const { port } = server.address() as AddressInfo;
      const head = `POST ${RESERVE} HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{`;
      const slow = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
      for (const socket of slow) socket.write(head);
      await reached(2);
      const [[, second], waiting] = [inside, post(RESERVE)];
      await reached(3);
      inside.pop()?.end('{}');
      expect((await waiting).status).toBe(200);
      const another = post(RESERVE); // at once
      await reached(3);
      inside.pop()?.end('{}');
      expect((await another).status).toBe(200);
      slow[1]?.write('"a":"b"}'); // late, but here: it counts again, and is answered
      slow[0]?.destroy();
      await aMoment();
      const beside = post(RESERVE);
      await reached(3);
      const behind = await atTheDoor(() => post(RESERVE));
      expect(inside).toHaveLength(3); // the first slow one, long gone, the late one, and the one beside it
      const answered = new Promise((resolve) => slow[1]?.once('data', resolve));
      second?.end('{}');
      await reached(4);
      inside.pop()?.end('{}');
      inside.pop()?.end('{}');
      expect((await Promise.all([beside, behind.answered])).map(({ status }) => status)).toEqual([200, 200]);
      expect(String(await answered)).toContain('200 OK');
      slow[1]?.destroy();
      expect(shed).toBe(0);
    });

    it('gives no place to who has gone meanwhile', async () => {
      const accepted = [post(RESERVE), post(RESERVE)];
      await reached(2);
      const gone = new AbortController();
      const leaving = await atTheDoor(() => post(RESERVE, gone.signal).catch(() => undefined));
      const staying = await atTheDoor(() => post(RESERVE));
      gone.abort();
      await leaving.answered;
      await aMoment();
      answerOne();
      await reached(2);
      answerOne();
      answerOne();
      expect((await staying.answered).status).toBe(200);
      await Promise.all(accepted);
      expect(shed).toBe(0);
    });
  });

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

import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Admission } from './admission';
import { Doorstep } from './doorstep';

const RESERVE = '/api/billing/reserve-credits';
const COMMIT = '/api/billing/commit-credits';

/** A client that sees bytes, since what matters here is where one request ends and the next begins. */
class Client {
  private received = '';

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true); // else pieces travel together
    socket.on('data', (chunk) => (this.received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
  }

  send(...pieces: string[]): Promise<void> {
    return pieces.reduce(async (before, piece) => {
      await before;
      this.socket.write(piece, 'latin1');
      await pause();
    }, Promise.resolve());
  }

  /** Status and body of so many answers, taken in order. */
  async answers(count: number): Promise<{ status: number; head: string; body: string }[]> {
    await until(() => this.whole().length >= count);
    const answers = this.whole();
    this.received = '';
    return answers;
  }

  close(): void {
    this.socket.destroy();
  }

  private whole(): { status: number; head: string; body: string }[] {
    const found = [];
    for (let rest = this.received; rest !== '';) {
      const headEnd = rest.indexOf('\r\n\r\n');
      if (headEnd < 0) break;
      const head = rest.slice(0, headEnd);
      const end = headEnd + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (rest.length < end) break;
      found.push({ status: Number(head.slice(9, 12)), head, body: rest.slice(headEnd + 4, end) });
      rest = rest.slice(end);
    }
    return found;
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
const until = async (isSo: () => boolean): Promise<void> => {
  for (let looks = 0; looks < 200 && !isSo(); looks++) await pause();
};
const post = (path: string, body = '{"callId":"a"}', headers = ''): string =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;

describe('a connection that was turned away', () => {
  let server: Server;
  let shed: number;
  let parsed: number;
  let inside: ServerResponse[];
  let bodies: string[];
  let client: Client;

  beforeEach(async () => {
    shed = 0;
    parsed = 0;
    inside = [];
    bodies = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(body);
        inside.push(response);
      });
    });
    new Admission(() => (shed += 1), { requests: 0, urgentRequests: 9 }).guard(server);
    server.on('request', () => (parsed += 1)); // beside the admission: every request that node's parser finds
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new Client(connect((server.address() as AddressInfo).port, '127.0.0.1'));
  });

  afterEach(async () => {
    client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Turned away twice by the parser, so that it is known to stand between two requests. */
  const turnedAway = async (): Promise<void> => {
    await client.send(post(RESERVE));
    await client.answers(1);
    await client.send(post(RESERVE));
    await client.answers(1);
    shed = 0;
    parsed = 0;
  };
  const answer = async (count: number): Promise<void> => {
    await until(() => inside.length >= count);
    inside.splice(0).forEach((response) => response.end('{}'));
  };
  const statuses = async (count: number): Promise<number[]> => (await client.answers(count)).map((a) => a.status);

  it('is turned away again with the same answer, unparsed', async () => {
    await turnedAway();
    await client.send(post(`${RESERVE}?a=b`));
    const [answer] = await client.answers(1);
    expect(answer?.status).toBe(503);
    expect(answer?.head).toMatch(/\r\nretry-after: 1\r\n/);
    expect(answer?.head).toContain('content-type: application/problem+json; charset=utf-8');
    expect(JSON.parse(answer?.body ?? '')).toEqual({
      type: 'urn:holdfast:problem:overloaded',
      title: 'Service Unavailable',
      status: 503,
      detail: 'More requests are waiting than can be served in time.',
      instance: RESERVE,
      code: 'overloaded',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect({ shed, parsed }).toEqual({ shed: 1, parsed: 0 });
  });

  it('is let in when its request is about a running call, and turned away again afterwards', async () => {
    await turnedAway();
    await client.send(post(COMMIT, '{"callId":"b"}'));
    await answer(1);
    expect(await statuses(1)).toEqual([200]);
    await client.send(post(RESERVE));
    expect(await statuses(1)).toEqual([503]);
    expect({ shed, parsed }).toEqual({ shed: 1, parsed: 1 });
  });

  it('gets its answers in the order of its requests, also when it does not wait for them', async () => {
    await turnedAway();
    await client.send(post(COMMIT), post(RESERVE), post(COMMIT));
    await answer(2);
    expect(await statuses(3)).toEqual([200, 503, 200]);
    await client.send(post(RESERVE) + post(RESERVE) + post(COMMIT));
    await answer(1);
    expect(await statuses(3)).toEqual([503, 503, 200]);
  });

  it('may send a request in pieces, of which one looks like a request', async () => {
    await turnedAway();
    const inner = post(RESERVE, '{}');
    const outer = post(COMMIT, inner);
    const bodyAt = outer.length - inner.length;
    await client.send(outer.slice(0, 9), outer.slice(9, bodyAt), inner);
    await until(() => inside.length > 0);
    expect(bodies).toEqual([inner]);
    await answer(1);
    expect(await statuses(1)).toEqual([200]);
    expect(shed).toBe(0);
    await client.send(post(RESERVE));
    await client.send(post(RESERVE));
    expect(await statuses(2)).toEqual([503, 503]);
  });

  it('may send a head in pieces, of which one looks like a request', async () => {
    await turnedAway();
    await client.send(`POST ${COMMIT} HTTP/1.1\r\nx-a: `, post(RESERVE, 'inner'));
    await answer(1);
    expect({ bodies, statuses: await statuses(1) }).toEqual({ bodies: ['inner'], statuses: [200] });
  });

  it.each([
    ['a length given twice', post(RESERVE, '{}', 'content-length: 2\r\n')],
    ['a length and an encoding', post(RESERVE, '{}', 'transfer-encoding: chunked\r\n')],
    ['a folded line', post(RESERVE, '{}', 'x-a: b\r\n c: d\r\n')],
    ['half a line end', post(RESERVE, '{}', 'x-a: b\nc: d\r\n')],
  ])('leaves %s to the parser, which knows what to do with it', async (_, request) => {
    await turnedAway();
    await client.send(request);
    await client.answers(1);
    expect(shed).toBe(parsed);
  });

  it('is not answered twice when it has gone away', async () => {
    await turnedAway();
    await client.send(post(RESERVE));
    client.close();
    await until(() => shed > 0);
    expect(shed).toBe(1);
  });

  it('is told so before what it asks next is answered, though its turn has not come', async () => {
    let step: Doorstep;
    server.removeAllListeners('request');
    server.on('connection', (socket: Socket) => {
      step = new Doorstep(socket, { mayEnter: (target) => target === COMMIT, refuseLater: () => undefined });
    });
    server.on('request', (request, response) => {
      step.entered(request, response);
      request.resume();
      response.end('{}');
    });
    const other = new Client(connect((server.address() as AddressInfo).port, '127.0.0.1'));
    await other.send(post(COMMIT), post(RESERVE), post(COMMIT));
    expect((await other.answers(3)).map(({ status }) => status)).toEqual([200, 503, 200]);
    other.close();
  });
});

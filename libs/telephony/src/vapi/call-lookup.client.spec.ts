import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCallLookup } from './call-lookup.client';
import type { CallLookup } from '../application/call-lookup.port';

const KEY = 'vapi-api-key-of-the-test';
const SINCE = new Date('2026-09-14T15:00:00.000Z');
/** Engine time: years ahead of this machine's clock in a simulation. */
const NOW = new Date('2031-05-01T12:00:00Z');
const finished = (index: number, atMs: number) => ({
  id: `call-${index}`,
  status: 'ended',
  startedAt: '2026-09-14T14:00:00.000Z',
  endedAt: '2026-09-14T14:01:00.000Z',
  updatedAt: new Date(atMs).toISOString(),
});

describe('the call lookup', () => {
  const requests: URL[] = [];
  let answer: (url: URL, response: ServerResponse, request: IncomingMessage) => void;
  let server: Server;
  let lookup: CallLookup;
  let hasty: CallLookup;

  const json = (response: ServerResponse, body: unknown, status = 200) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://vapi.test');
      requests.push(url);
      answer(url, response, request);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    lookup = createCallLookup({ apiKey: KEY, baseUrl, maxAnswerBytes: 20_000 });
    hasty = createCallLookup({ apiKey: KEY, baseUrl, timeoutMs: 200, sweepTimeoutMs: 200 });
  });

  beforeEach(() => {
    requests.length = 0;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('asks for one call with the key', async () => {
    let authorization: string | undefined;
    answer = (_url, response, request) => {
      authorization = request.headers.authorization;
      json(response, finished(1, SINCE.getTime()));
    };
    expect(await lookup.find('call-1')).toMatchObject({ outcome: 'ended', duration: { usable: true, seconds: 60 } });
    expect(authorization).toBe(`Bearer ${KEY}`);
    expect(requests.map(({ pathname }) => pathname)).toEqual(['/call/call-1']);
  });

  it.each<[string, (response: ServerResponse) => unknown, object]>([
    ['404', (response) => json(response, { message: 'not found' }, 404), { outcome: 'gone' }],
    [
      '401',
      (response) => json(response, { message: KEY }, 401),
      { outcome: 'unreachable', detail: 'Vapi answered 401' },
    ],
    ['429', (response) => json(response, {}, 429), { outcome: 'unreachable', detail: 'Vapi answered 429' }],
    ['500', (response) => json(response, {}, 500), { outcome: 'unreachable', detail: 'Vapi answered 500' }],
    ['no JSON', (response) => response.end('<html>'), { outcome: 'unreachable' }],
    ['nothing', (response) => response.end(), { outcome: 'unreachable' }],
    [
      'broken JSON with a 404',
      (response) => response.writeHead(404, { 'content-type': 'application/json' }).end('{'),
      { outcome: 'unreachable' },
    ],
    ['another call', (response) => json(response, finished(2, 0)), { outcome: 'unreachable' }],
    ['a list', (response) => json(response, [finished(1, 0)]), { outcome: 'unreachable' }],
    [
      'a redirect',
      (response) => response.writeHead(302, { location: '/call/call-1b' }).end(),
      { outcome: 'unreachable' },
    ],
    ['a cut connection', (response) => response.destroy(), { outcome: 'unreachable' }],
    [
      'too much',
      (response) => json(response, { ...finished(1, 0), note: 'x'.repeat(30_000) }),
      { outcome: 'unreachable' },
    ],
  ])('that is answered by %s', async (_claim, respond, expected) => {
    answer = (_url, response) => void respond(response);
    const found = await lookup.find('call-1');
    expect(found).toMatchObject(expected);
    expect(JSON.stringify(found)).not.toContain(KEY);
    expect(requests).toHaveLength(1); // the SDK's own retries would hold up the kill path
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['silence', () => undefined],
    ['headers and then silence', (response) => response.writeHead(200).write('{')],
  ])('gives up in time on %s', async (_claim, respond) => {
    answer = (_url, response) => void respond(response);
    expect(await hasty.find('call-1')).toMatchObject({ outcome: 'unreachable' });
    expect(await hasty.endedSince(SINCE, NOW, 100)).toMatchObject({ outcome: 'unreachable' });
  });

  it('never rejects, whatever the id', async () => {
    answer = (_url, response) => json(response, [], 200);
    for (const id of ['', '..', '\ud800', 'a/b?c', 'x'.repeat(100_000)]) {
      expect((await lookup.find(id)).outcome).toBe('unreachable');
    }
  });

  it('lists calls that are over, and leaves live ones out', async () => {
    const live = { id: 'call-9', status: 'in-progress' };
    const missed = { id: 'call-8', status: 'ended' };
    answer = (_url, response) => json(response, [finished(1, SINCE.getTime()), live, missed]);
    const found = await lookup.endedSince(SINCE, NOW, 100);
    expect(found).toMatchObject({
      outcome: 'listed',
      calls: [{ outcome: 'ended' }, { outcome: 'never-connected', call: { callId: 'call-8' } }],
      readUntil: undefined,
    });
    expect(requests.map(({ search }) => new URLSearchParams(search).toString())).toEqual([
      new URLSearchParams({ limit: '100', updatedAtGe: SINCE.toISOString() }).toString(),
    ]);
  });

  it.each(['newest first', 'oldest first'])('finds all of 40 calls by pages of 10, answered %s', async (order) => {
    const now = NOW.getTime();
    const calls = Array.from({ length: 40 }, (_, index) => finished(index, now - 60_000 + index * 1_000));
    answer = (url, response) => json(response, select(calls, url, order));
    const found = await lookup.endedSince(new Date(now - 60_000), NOW, 10);
    expect(found.outcome === 'listed' && found.readUntil).toBeUndefined();
    expect(found.outcome === 'listed' && new Set(found.calls.map(({ call }) => call.callId)).size).toBe(40);
  });

  it('says how far it came when there is more than one sweep may ask for', async () => {
    const now = NOW.getTime();
    const calls = Array.from({ length: 400 }, (_, index) => finished(index, now - 400_000 + index * 1_000));
    answer = (url, response) => json(response, select(calls, url, 'newest first'));
    const found = await lookup.endedSince(new Date(now - 400_000), NOW, 10);
    if (found.outcome !== 'listed' || found.readUntil === undefined) throw new Error('expected a partial list');
    const listed = new Set(found.calls.map(({ call }) => call.callId));
    const before = calls.filter(({ updatedAt }) => new Date(updatedAt) < found.readUntil!);
    expect(before.length).toBeGreaterThan(30);
    expect(before.filter(({ id }) => !listed.has(id))).toEqual([]);
    expect(requests).toHaveLength(16);
  });

  it('halves the window when a page is too large to read', async () => {
    const now = NOW.getTime();
    const calls = Array.from({ length: 8 }, (_, index) => ({
      ...finished(index, now - 8_000 + index * 1_000),
      transcript: 'x'.repeat(6_000),
    }));
    answer = (url, response) => json(response, select(calls, url, 'newest first'));
    const found = await lookup.endedSince(new Date(now - 8_000), NOW, 100);
    expect(found).toMatchObject({ outcome: 'listed', readUntil: undefined });
    expect(found.outcome === 'listed' && found.calls.length).toBe(8);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['an error', (response) => json(response, {}, 503)],
    ['no list', (response) => json(response, { results: [] })],
  ])('has no list when the provider answers %s', async (_claim, respond) => {
    answer = (_url, response) => void respond(response);
    expect(await lookup.endedSince(SINCE, NOW, 100)).toMatchObject({ outcome: 'unreachable' });
  });
});

function select(calls: readonly { updatedAt: string }[], url: URL, order: string): unknown[] {
  const from = url.searchParams.get('updatedAtGe') ?? '';
  const before = url.searchParams.get('updatedAtLt') ?? '9999';
  const matching = calls.filter(({ updatedAt }) => updatedAt >= from && updatedAt < before);
  const ordered = order === 'newest first' ? matching.toReversed() : matching;
  return ordered.slice(0, Number(url.searchParams.get('limit')));
}

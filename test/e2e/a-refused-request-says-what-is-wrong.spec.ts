import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, type HttpClient } from '../support/http-client';
import { makeTenant } from '../support/tenant';

let engine: TestEngine;
let client: HttpClient;

beforeAll(async () => {
  engine = await startTestEngine();
  client = clientOf(engine, await makeTenant(engine, { balancePence: 10_000 }));
});

afterAll(() => engine.stop());

describe('invalid_request carries errors', () => {
  it.each([
    ['a path that is not percent-encoded', 'api/billing/reservations/%zz', 'The path is not properly percent-encoded.'],
    ['an id too long for the router', `api/billing/calls/${'x'.repeat(2_000)}`, 'An id in the path is too long.'],
    ['an id too long', `api/billing/calls/${'x'.repeat(300)}`, expect.any(String)],
  ])('for %s, and its detail is short', async (_, path, message) => {
    const answer = await client.get(path);
    expectProblem(answer, 400, 'invalid_request');
    expect(answer.body.errors).toEqual([{ path: '', message }]);
    expect(String(answer.body.detail).length).toBeLessThan(100);
  });
});

describe('what is not even a request is answered with a problem document too', () => {
  it.each([
    ['words', 400, 'Bad Request', 'hello\r\n\r\n'],
    ['too large headers', 431, 'Request Header Fields Too Large', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['headers that do not end', 408, 'Request Timeout', 'GET / HTTP/1.1\r\n'],
  ])('%s', async (_, status, title, bytes) => {
    const socket = connect(Number(new URL(engine.url).port), '127.0.0.1');
    socket.write(bytes);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head.split('\r\n')[0]).toBe(`HTTP/1.1 ${status} ${title}`);
    expect(head).toContain('content-type: application/problem+json; charset=utf-8');
    expect(JSON.parse(body)).toEqual({
      type: 'urn:holdfast:problem:invalid_request',
      title,
      status,
      detail: expect.any(String),
      code: 'invalid_request',
      requestId: expect.any(String),
      errors: [{ path: '', message: expect.any(String) }],
    });
  });
});

it('a body too large is refused while it is still being sent, and may be sent to its end', async () => {
  const size = 2_000_000;
  const socket = connect(Number(new URL(engine.url).port), '127.0.0.1');
  socket.write(
    `POST /api/billing/deduct-asset HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`,
  );
  const [refusal] = (await once(socket, 'data')) as [Buffer];
  expect(String(refusal)).toMatch(/^HTTP\/1\.1 413 /);
  expect(String(refusal)).toContain('"code":"payload_too_large"');

  // Closed here, whatever the client has yet to send would be met by a reset, which overtakes the answer.
  socket.write('x'.repeat(size));
  socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
});

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestEngine, type TestEngine } from '../support/engine';

const PATIENCE_MS = 500;

let engine: TestEngine;

beforeEach(async () => {
  engine = await startTestEngine();
});

afterEach(() => engine.stop());

async function halfARequest(): Promise<Socket> {
  const socket = connect(Number(new URL(engine.url).port), '127.0.0.1');
  socket.on('error', () => undefined); // it is going to be cut
  await once(socket, 'connect');
  socket.write('POST /api/billing/deduct-asset HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n');
  socket.write('content-length: 500\r\n\r\n{');
  await sleep(100);
  return socket;
}

it('an engine that is asked to stop waits for half a request no longer than for any', async () => {
  const socket = await halfARequest();
  const cut = once(socket, 'close');
  const asked = Date.now();
  await engine.engine.stop(PATIENCE_MS);
  await cut;
  expect(Date.now() - asked).toBeGreaterThanOrEqual(PATIENCE_MS - 10);
  expect(Date.now() - asked).toBeLessThan(PATIENCE_MS + 5_000);
});

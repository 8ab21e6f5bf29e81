import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, type HttpClient } from '../support/http-client';
import { makeTenant } from '../support/tenant';

let engine: TestEngine;
let client: HttpClient;

beforeAll(async () => {
  engine = await startTestEngine();
  client = clientOf(engine, await makeTenant(engine, { balancePence: 10_000 }));
});

afterAll(() => engine.stop());

describe('HEAD', () => {
  it.each([
    'health/live',
    'health/ready',
    'metrics',
    'openapi.json',
    'api/billing/wallet',
    'api/billing/wallet/transactions',
    'api/billing/reservations/none',
    'nowhere',
  ])('/%s answers as GET does, without a body', async (path) => {
    const [head, get] = [await client.send('HEAD', path), await client.get(path)];
    expect(head.text).toBe('');
    const described = ['content-type', 'vary', 'cache-control', 'x-frame-options'];
    const told = ({ status, headers }: typeof head) => ({
      status,
      headers: described.map((name) => headers.get(name)),
    });
    expect(told(head)).toEqual(told(get));
  });

  it('of a history as CSV streams nothing, and the connection serves on', async () => {
    const answer = await client.send('HEAD', 'api/billing/wallet/transactions', undefined, {
      headers: { accept: 'text/csv' },
    });
    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([
      200,
      '',
      'text/csv; charset=utf-8',
    ]);
    expect((await client.get('api/billing/wallet')).status).toBe(200);
  });

  it('needs the key that GET needs', async () => {
    const answer = await client.with({ authorization: 'Bearer wrong' }).send('HEAD', 'api/billing/wallet');
    expect(answer.status).toBe(401);
  });
});

import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, type HttpClient } from '../support/http-client';
import { makeTenant, topUp } from '../support/tenant';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine();
});

afterAll(() => engine.stop());

type Told = [kind: string, amountPence: number];

async function tell(client: HttpClient, callId: string): Promise<Told[]> {
  const { body } = await client.get(`api/billing/calls/${callId}`);
  return (body.events as { kind: string; amountPence: number }[]).map(({ kind, amountPence }) => [kind, amountPence]);
}

const commit = (client: HttpClient, callId: string, actualDurationSeconds: number) =>
  client.send('POST', 'api/billing/commit-credits', { callId, actualDurationSeconds });

describe('what a call cost and its wallet could not pay', () => {
  it('is told when it arose, and again when it was collected', async () => {
    const tenant = await makeTenant(engine, { balancePence: 56 });
    const client = clientOf(engine, tenant);
    await client.send('POST', 'api/billing/reserve-credits', { callId: 'outlasts-its-hold' });
    await commit(client, 'outlasts-its-hold', 180);
    await topUp(engine, tenant.orgId, 100);
    await topUp(engine, tenant.orgId, 100);
    expect(await tell(client, 'outlasts-its-hold')).toEqual([
      ['reserved', 56],
      ['charged', 56],
      ['arrears', 112],
      ['arrears_collected', 100],
      ['arrears_collected', 12],
    ]);
  });

  it('is the whole story of a call of which nothing could be paid', async () => {
    const client = clientOf(engine, await makeTenant(engine));
    await commit(client, 'nothing-there', 61);
    expect(await tell(client, 'nothing-there')).toEqual([['arrears', 112]]);
  });

  it('is not told of a call that was paid', async () => {
    const client = clientOf(engine, await makeTenant(engine, { balancePence: 1_000 }));
    await commit(client, 'paid', 61);
    expect(await tell(client, 'paid')).toEqual([['charged', 112]]);
  });
});

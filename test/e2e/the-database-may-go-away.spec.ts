import { randomUUID } from 'node:crypto';
import { EngineLogger } from '../../apps/billing-api/src/engine-logger';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, HttpClient, operatorOf, type Answer } from '../support/http-client';
import { expectSoundBook, journalOf, walletOf } from '../support/money';
import { PostgresProxy } from '../support/postgres-proxy';
import { eventually } from '../telephony/support/eventually';
import { makeTenant, type Tenant } from '../support/tenant';

/** Longest a caller waits for an answer while the database is gone. */
const ANSWERED_WITHIN_MS = 4_000;
/** And while it is there but says nothing: one statement's patience, and what comes around it. */
const GIVEN_UP_WITHIN_MS = 20_000;
const SEVERAL_LOOKS_MS = 1_500;

let database: FreshDatabase;
let proxy: PostgresProxy;
let engine: TestEngine;
let tenant: Tenant;
let client: HttpClient;

beforeAll(async () => {
  database = await freshDatabase('away');
  proxy = await PostgresProxy.before(database.url);
  engine = await startTestEngine({ databaseUrl: proxy.url });
});

beforeEach(async () => {
  tenant = await makeTenant(engine, { balancePence: 5_000 });
  client = clientOf(engine, tenant);
});

afterAll(async () => {
  await expectSoundBook(database.url);
  await engine.stop();
  await proxy.stop();
  await database.drop();
});

const purchase = (key: string, caller = client): Promise<Answer> =>
  caller.post('api/billing/deduct-asset', { assetType: 'did', costPence: 100 }, { key });
const ready = (): Promise<Answer> => new HttpClient(engine.url, {}).get('health/ready');

interface Timed {
  readonly answer: Answer;
  readonly ms: number;
}

async function timed(sent: Promise<Answer>): Promise<Timed> {
  const started = Date.now();
  return { answer: await sent, ms: Date.now() - started };
}

/** Reading, writing, by tenants and operators, with and without a body. */
function everyKindOfRequest(): Promise<Timed>[] {
  const acting = operatorOf(engine, tenant.orgId);
  const callId = randomUUID();
  return [
    client.get('api/billing/wallet'),
    client.get('api/billing/wallet/transactions'),
    client.get('api/billing/wallet/transactions', { headers: { accept: 'text/csv' } }),
    acting.get(`api/billing/reservations/${callId}`),
    acting.get('api/billing/quote?minutes=5'),
    acting.get('api/admin/organizations'),
    acting.send('POST', 'api/admin/organizations', { name: 'x' }),
    purchase(randomUUID()),
    purchase(randomUUID(), acting),
    acting.post('api/billing/reserve-credits', { callId }),
    acting.post('api/billing/commit-credits', { callId, actualDurationSeconds: 61 }),
    acting.post('api/billing/release-credits', { callId }),
    acting.post(`api/admin/organizations/${tenant.orgId}/credits`, { type: 'topup', amountPence: 5 }),
  ].map(timed);
}

function expectUnavailable(answers: readonly Timed[], withinMs: number): void {
  for (const { answer, ms } of answers) {
    expectProblem(answer, 503, 'database_unavailable');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(ms).toBeLessThan(withinMs);
  }
}

/** The first of all: a timer that has not yet seen the end of another outage has nothing new to say. */
describe('an outage', () => {
  it('is said once by the timer of the calls, which looks four times a second, and so is its end', async () => {
    const warned = jest.spyOn(EngineLogger.prototype, 'warn');
    const told = jest.spyOn(EngineLogger.prototype, 'log');
    const beginnings = () => warned.mock.calls.filter(([said]) => /^calls cannot be looked at/.test(String(said)));
    const ends = () => told.mock.calls.filter(([said]) => said === 'calls are looked at again');
    try {
      proxy.goAway();
      await eventually(() => expect(beginnings()).toHaveLength(1));
      await new Promise((resolve) => setTimeout(resolve, SEVERAL_LOOKS_MS));
    } finally {
      proxy.comeBack();
    }
    await eventually(() => expect(ends()).toHaveLength(1));
    expect(beginnings()).toHaveLength(1);
    warned.mockRestore();
    told.mockRestore();
  });
});

describe('a database that refuses connections', () => {
  it('makes every request a 503 in time, nothing is changed, and all works again as soon as it is back', async () => {
    await client.get('api/billing/wallet');
    proxy.goAway();
    expectUnavailable(await Promise.all(everyKindOfRequest()), ANSWERED_WITHIN_MS);
    expect(await ready()).toMatchObject({ status: 503, body: { status: 'unavailable' } });
    expect((await new HttpClient(engine.url, {}).get('health/live')).status).toBe(200);
    expect(await journalOf(database.url, tenant.orgId)).toEqual({ topup: 1 });
    proxy.comeBack();
    expect(await Promise.all([purchase('first'), client.get('api/billing/wallet'), ready()])).toMatchObject([
      { status: 201 },
      { status: 200 },
      { status: 200 },
    ]);
    expect(await walletOf(database.url, tenant.orgId)).toMatchObject({ balance: 4_900 });
  });
});

describe('a connection that is lost under a request', () => {
  it('is not the caller’s business: one request, one effect, one answer that is no repeat', async () => {
    for (const mishap of ['cut after BEGIN', 'cut instead of COMMIT'] as const) {
      proxy.plan(mishap);
      const answer = await purchase(mishap);
      expect({ status: answer.status, replayed: answer.headers.get('idempotent-replayed') }).toEqual({
        status: 201,
        replayed: null,
      });
    }
    proxy.plan('cut after COMMIT');
    expect((await purchase('cut after COMMIT')).status).toBe(201);
    expect(await journalOf(database.url, tenant.orgId)).toEqual({ did: 3, topup: 1 });
  });

  it('does not make the first purchase of an old client a duplicate_request, which it takes for a failure', async () => {
    proxy.plan('cut after COMMIT');
    const args = {
      p_org_id: tenant.orgId,
      p_cost_pence: 100,
      p_asset_type: 'did',
      p_description: 'x',
      p_idempotency_key: randomUUID(),
    };
    const { body } = await client.send('POST', 'rest/v1/rpc/check_balance_and_deduct_asset_cost', args);
    expect(await journalOf(database.url, tenant.orgId)).toEqual({ did: 1, topup: 1 });
    expect(body).toMatchObject({ success: true, balance_after_pence: 4_900 });
  });

  it('does not make the first reservation of a call a duplicate', async () => {
    proxy.plan('cut after COMMIT');
    const { status, body } = await client.post('api/billing/reserve-credits', { callId: randomUUID() });
    expect({ status, duplicate: body.duplicate }).toEqual({ status: 201, duplicate: false });
  });

  it('and cannot be settled is told as outcome_unknown: the same key settles it, with one effect', async () => {
    proxy.planAndGoAway('cut after COMMIT');
    const unknown = await purchase('order-1', operatorOf(engine, tenant.orgId));
    expectProblem(unknown, 503, 'outcome_unknown');
    expect(Number(unknown.headers.get('retry-after'))).toBeGreaterThan(0);
    proxy.comeBack();
    const settled = await purchase('order-1');
    expect({ status: settled.status, replayed: settled.headers.get('idempotent-replayed') }).toEqual({
      status: 201,
      replayed: 'true',
    });
    expect(await journalOf(database.url, tenant.orgId)).toEqual({ did: 1, topup: 1 });
  });
});

describe('a database that no longer answers', () => {
  it('makes every request a 503 in time, and all works again as soon as it is back, on new connections', async () => {
    await Promise.all(Array.from({ length: 20 }, () => client.get('api/billing/wallet')));
    const stopping = await engineOnItsOwnLine();
    proxy.hang();
    const [answers, stopped] = await Promise.all([Promise.all(everyKindOfRequest()), stopping()]);
    expectUnavailable(answers, GIVEN_UP_WITHIN_MS);
    expect(stopped).toBeLessThan(GIVEN_UP_WITHIN_MS);
    proxy.comeBack();
    const back = await Promise.all([purchase('after'), client.get('api/billing/wallet'), ready()].map(timed));
    expect(back.map(({ answer }) => answer.status)).toEqual([201, 200, 200]);
    expect(await journalOf(database.url, tenant.orgId)).toEqual({ did: 1, topup: 1 });
  }, 60_000);
});

/** Another replica; stops while its database hangs under its requests, and tells how long that took. */
async function engineOnItsOwnLine(): Promise<() => Promise<number>> {
  const line = await PostgresProxy.before(database.url);
  const replica = await startTestEngine({ databaseUrl: line.url });
  const asking = clientOf(replica, tenant);
  await asking.get('api/billing/wallet');
  return async () => {
    line.hang();
    const asked = Promise.all([
      asking.get('api/billing/wallet'),
      asking.post('api/billing/reserve-credits', { callId: randomUUID() }),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = Date.now();
    await replica.stop();
    expect((await asked).map(({ status }) => status)).toEqual([503, 503]);
    await line.stop();
    return Date.now() - started;
  };
}

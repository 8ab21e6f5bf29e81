import { startTestEngine, type TestEngine } from '../support/engine';
import { FakeVapiNumbers } from '../support/fake-vapi-numbers';
import { NumberBook, provision, send } from '../support/numbers';
import { makeTenant, type Tenant } from '../support/tenant';
import { eventually } from '../telephony/support/eventually';

/** 15 minutes of the engine's time last 4.5 s here: the patience with a number that never activates. */
const TIME_SCALE = 200;
const SETTLED_WITHIN_MS = 25_000;
const BALANCE = 10_000;

describe("a number of Vapi's own is paid once it answers calls, or refunded", () => {
  let vapi: FakeVapiNumbers;
  let engine: TestEngine;
  let book: NumberBook;
  let tenant: Tenant;

  beforeAll(async () => {
    vapi = await new FakeVapiNumbers().start();
    engine = await startTestEngine({
      timeScale: TIME_SCALE,
      telephonyProvider: 'vapi',
      vapi: {
        webhookSecret: 'test-webhook-secret-0123456789',
        hmac: null,
        apiKey: vapi.apiKey,
        baseUrl: vapi.url,
        controlHosts: ['.vapi.ai'],
      },
    });
    book = new NumberBook(engine.settings.databaseUrl);
    await book.open();
  });

  afterAll(async () => {
    await book.close();
    await engine.stop();
    await vapi.stop();
  });

  beforeEach(async () => {
    vapi.numbers.clear();
    tenant = await makeTenant(engine, { balancePence: BALANCE });
  });

  /** Bought and not active yet. @returns its id at Vapi */
  async function activating(): Promise<string> {
    expect(await provision(engine.url, tenant.key, '415')).toMatchObject({ status: 202, body: { status: 'pending' } });
    return [...vapi.numbers.keys()][0] as string;
  }

  it('is active as soon as Vapi says so', async () => {
    const vapiId = await activating();
    vapi.settle(vapiId, 'active', '+14155550123');
    await book.settled(tenant.orgId, SETTLED_WITHIN_MS);
    expect(await book.ordered(tenant.orgId)).toMatchObject([
      { status: 'active', phone_number: '+14155550123', refunds: 0 },
    ]);
    const { body } = await send(engine.url, 'GET', `api/managed-telephony/numbers/${vapiId}`, { key: tenant.key });
    expect(body).toMatchObject({ status: 'active', vapiPhoneId: vapiId });
  });

  it.each([
    ['is blocked', 'number_blocked', (vapiId: string) => vapi.settle(vapiId, 'blocked')],
    ['never activates', 'activation_timed_out', () => undefined],
  ])('is given back and refunded when it %s', async (_name, reason, happen) => {
    happen(await activating());
    await book.settled(tenant.orgId, SETTLED_WITHIN_MS);
    expect(await book.ordered(tenant.orgId)).toMatchObject([{ status: 'failed', charges: 1, refunds: 1 }]);
    expect(vapi.numbers.size).toBe(0);
    expect(await book.balanceOf(tenant.orgId)).toBe(BALANCE);
    const { body } = await send(engine.url, 'GET', 'api/managed-telephony/numbers', { key: tenant.key });
    expect(body.data).toMatchObject([{ status: 'failed', failureReason: reason }]);
  });

  it('is found when the connection was cut after the purchase, and bought once', async () => {
    vapi.fail('POST', /^\/phone-number$/, { effect: 'after', then: 'cut' });
    expect(await provision(engine.url, tenant.key, '415')).toMatchObject({ status: 202, body: { status: 'unknown' } });
    vapi.settle([...vapi.numbers.keys()][0] as string, 'active', '+14155550124');
    await eventually(async () => expect(await book.ordered(tenant.orgId)).toMatchObject([{ status: 'active' }]));
    expect(vapi.numbers.size).toBe(1);
  });

  it('costs nothing where Vapi has none for sale', async () => {
    expect(await provision(engine.url, tenant.key, '212')).toMatchObject({
      status: 422,
      body: { reason: 'no_number_in_area_code', refunded: true },
    });
    expect(await book.balanceOf(tenant.orgId)).toBe(BALANCE);
  });

  it('cannot be searched for', async () => {
    const answer = await send(engine.url, 'GET', 'api/managed-telephony/available-numbers?country=US', {
      key: tenant.key,
    });
    expect(answer).toMatchObject({ status: 422, body: { reason: 'not_offered' } });
  });
});

import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { FakeTwilio, twilioError } from '../support/fake-twilio';
import { FakeVapiNumbers, vapiError } from '../support/fake-vapi-numbers';
import { NumberBook, provision, send } from '../support/numbers';
import { makeTenant, type Tenant } from '../support/tenant';

/** The engine's clock; requests to the providers keep their real time-out of 10 s, so nothing here hangs. */
const TIME_SCALE = 60;
const SETTLED_WITHIN_MS = 25_000;
const BALANCE = 10_000;

const BUY = /IncomingPhoneNumbers\.json$/;
const RELEASE = /IncomingPhoneNumbers\/PN\d+\.json$/;
const IMPORT = /^\/phone-number$/;
const REMOVE = /^\/phone-number\/.+$/;

describe('a number is bought at Twilio and imported into Vapi, or neither', () => {
  let twilio: FakeTwilio;
  let vapi: FakeVapiNumbers;
  let engine: TestEngine;
  let book: NumberBook;
  let tenant: Tenant;

  beforeAll(async () => {
    twilio = await new FakeTwilio().start();
    vapi = await new FakeVapiNumbers().start();
    engine = await startTestEngine({
      timeScale: TIME_SCALE,
      telephonyProvider: 'twilio',
      twilio: { accountSid: twilio.accountSid, authToken: twilio.authToken, baseUrl: twilio.url },
      publicUrl: 'https://billing.example',
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
    await twilio.stop();
    await vapi.stop();
  });

  beforeEach(async () => {
    twilio.owned.clear();
    vapi.numbers.clear();
    twilio.requests.length = 0;
    vapi.requests.length = 0;
    twilio.stock = ['1', '2', '3', '4', '5'].map((n) => ({
      phoneNumber: `+1415555000${n}`,
      country: 'US',
      type: 'Local',
    }));
    tenant = await makeTenant(engine, { balancePence: BALANCE });
  });

  const buy = (idempotencyKey: string = randomUUID()): ReturnType<typeof provision> =>
    provision(engine.url, tenant.key, '415', idempotencyKey);

  /** One of each, under the tag of the order, and nothing else anywhere. */
  async function expectOneNumber(): Promise<void> {
    const [number] = await book.ordered(tenant.orgId);
    expect(number).toMatchObject({ status: 'active', charges: 1, refunds: 0, paid_pence: 1_000 });
    const tag = `hf_${number?.id.replaceAll('-', '')}`;
    expect([...twilio.owned.values()]).toMatchObject([{ friendly_name: tag, phone_number: number?.phone_number }]);
    expect([...vapi.numbers.values()]).toMatchObject([{ name: tag, number: number?.phone_number }]);
  }

  async function expectNothing(): Promise<void> {
    expect(await book.ordered(tenant.orgId)).toMatchObject([
      { status: 'failed', charges: 1, refunds: 1, paid_pence: 0 },
    ]);
    expect([twilio.owned.size, vapi.numbers.size]).toEqual([0, 0]);
    expect(await book.balanceOf(tenant.orgId)).toBe(BALANCE);
  }

  it('when all goes well', async () => {
    expect(await buy()).toMatchObject({ status: 201, body: { phoneNumber: expect.stringMatching(/^\+1415/) } });
    await expectOneNumber();
    const [imported] = vapi.seen('POST', IMPORT).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(imported).toMatchObject({ server: { url: 'https://billing.example/api/vapi/webhook' } });
    expect(imported).not.toHaveProperty('assistantId'); // with one, Vapi would ask nobody whether the call is paid
  });

  it.each([
    ['the connection is cut after the purchase', { effect: 'after', then: 'cut' }],
    ['500 is answered after the purchase', { effect: 'after', then: 'answer', answer: { status: 500 } }],
  ] as const)('when %s: no second purchase, the number is found and activated', async (_name, mishap) => {
    twilio.fail('POST', BUY, mishap);
    const once = randomUUID();
    expect(await buy(once)).toMatchObject({ status: 202, body: { status: 'unknown' } });
    await book.settled(tenant.orgId, SETTLED_WITHIN_MS);
    await expectOneNumber();
    expect(twilio.seen('POST', BUY)).toHaveLength(1);
    expect(await buy(once)).toMatchObject({ status: 201, replayed: true });
  });

  it('when 500 is answered and nothing was bought: refunded, after asking for long enough', async () => {
    twilio.fail('POST', BUY, { effect: 'before', then: 'answer', answer: { status: 500 } });
    expect(await buy()).toMatchObject({ status: 202, body: { status: 'unknown' } });
    await book.settled(tenant.orgId, SETTLED_WITHIN_MS);
    await expectNothing();
    expect(twilio.seen('POST', BUY)).toHaveLength(1);
    expect(twilio.seen('GET', BUY).length).toBeGreaterThan(2);
  });

  it('when the provider cannot even be asked for a while', async () => {
    twilio.fail('POST', BUY, { effect: 'after', then: 'cut' });
    const once = randomUUID();
    const answered = buy(once);
    await answered;
    twilio.refuse('GET', BUY, { status: 503 }, 2);
    await book.settled(tenant.orgId, SETTLED_WITHIN_MS);
    await expectOneNumber();
  });

  it.each([
    ['fails twice', () => vapi.refuse('POST', IMPORT, vapiError(503, 'busy'), 2)],
    ['is refused once', () => vapi.refuse('POST', IMPORT, vapiError(402, 'Insufficient credits'))],
    ['times out after it was done', () => vapi.fail('POST', IMPORT, { effect: 'after', then: 'cut' })],
  ])('when the import %s: it is imported later, once', async (_name, goWrong) => {
    goWrong();
    expect(await buy()).toMatchObject({ status: 202, body: { status: 'pending' } });
    await book.settled(tenant.orgId, SETTLED_WITHIN_MS);
    await expectOneNumber();
    expect(twilio.seen('POST', BUY)).toHaveLength(1);
  });

  it('when the import is refused for good: released at Twilio, then refunded', async () => {
    vapi.refuse('POST', IMPORT, vapiError(400, 'Number is not supported'), 3);
    twilio.fail('DELETE', RELEASE, { effect: 'before', then: 'answer', answer: { status: 500 } }); // and not at once
    const once = randomUUID();
    await buy(once);
    await book.settled(tenant.orgId, SETTLED_WITHIN_MS);
    await expectNothing();
    expect(twilio.seen('DELETE', RELEASE)).toHaveLength(2);
    expect(await buy(once)).toMatchObject({ status: 502, body: { code: 'provider_failed', refunded: true } });
  });

  it.each([
    [twilioError(400, 21649, 'Bundle required'), 422, 'regulatory_bundle_missing'],
    [twilioError(400, 21452, 'No numbers in area code'), 422, 'no_number_in_area_code'],
    [twilioError(400, 21421, 'Not valid'), 422, 'number_invalid'],
    [twilioError(400, 10001, 'Account is not active'), 502, 'provider_out_of_money'],
    [twilioError(401, 20003, 'Authenticate'), 502, 'provider_auth_failed'],
    [twilioError(429, 20429, 'Too many requests'), 502, 'provider_rate_limited'],
  ])('when the purchase is refused (%j): %s %s, refunded', async (answer, status, reason) => {
    twilio.refuse('POST', BUY, answer);
    expect(await buy()).toMatchObject({ status, body: { reason, refunded: true } });
    await expectNothing();
  });

  it('when there is nothing for sale: nothing was charged', async () => {
    twilio.stock = [];
    expect(await buy()).toMatchObject({ status: 422, body: { reason: 'no_number_in_area_code', refunded: false } });
    expect(await book.journalOf(tenant.orgId)).toEqual(['topup']);
  });

  it('and is released at both, however often that fails', async () => {
    const { body } = await buy();
    twilio.fail('DELETE', RELEASE, { effect: 'before', then: 'answer', answer: { status: 500 } });
    vapi.fail('DELETE', REMOVE, { effect: 'after', then: 'cut' });
    const path = `api/managed-telephony/numbers/${String(body.phoneNumber)}`;
    const answer = await send(engine.url, 'DELETE', path, { key: tenant.key });
    expect(answer).toMatchObject({ status: 200, body: { status: 'releasing' } });
    await book.settled(tenant.orgId, SETTLED_WITHIN_MS);
    expect(await book.ordered(tenant.orgId)).toMatchObject([{ status: 'released', refunds: 0 }]);
    expect([twilio.owned.size, vapi.numbers.size]).toEqual([0, 0]);
  });
});

import { randomUUID } from 'node:crypto';
import { closedPort } from '../../../../test/support/fake-twilio';
import { FakeVapiNumbers, vapiError } from '../../../../test/support/fake-vapi-numbers';
import type { NumberCriteria, Purchase } from '../application/number-provider.port';
import { tagOf } from './intent-tag';
import { VapiNumberProvider } from './vapi-number-provider';

const BUY = /^\/phone-number$/;
const LIST = /^\/v2\/phone-number$/;
const ONE = /^\/phone-number\/./;
/** For steps that must succeed, however loaded the machine is. */
const PATIENT_MS = 10_000;
/** For steps that wait in vain. */
const HASTY_MS = 700;
const LOCAL: NumberCriteria = { country: 'US', numberType: 'local', areaCode: '415' };

describe('A number of Vapi', () => {
  let vapi: FakeVapiNumbers;
  let intentId: string;

  const provider = (options: { baseUrl?: string; apiKey?: string; timeoutMs?: number } = {}) =>
    new VapiNumberProvider({
      apiKey: options.apiKey ?? vapi.apiKey,
      baseUrl: options.baseUrl ?? vapi.url,
      timeoutMs: options.timeoutMs ?? PATIENT_MS,
      webhook: { url: 'https://billing.example/api/vapi/webhook', credentialId: 'cred-1' },
    });
  const purchases = () => vapi.seen('POST', BUY);
  const numbers = () => [...vapi.numbers.values()];
  const bought = async (): Promise<Purchase> => {
    const outcome = await provider().buy(intentId, LOCAL);
    if (!('purchase' in outcome)) throw new Error(`not bought: ${JSON.stringify(outcome)}`);
    return outcome.purchase;
  };

  beforeEach(async () => {
    vapi = await new FakeVapiNumbers().start();
    intentId = randomUUID();
  });

  afterEach(() => vapi.stop());

  describe('is bought', () => {
    it('with the tag, the area code and our webhook, and with nobody who would answer unasked', async () => {
      const outcome = await provider().buy(intentId, LOCAL);
      const id = numbers()[0]?.id;
      expect(outcome).toEqual({
        kind: 'activating',
        purchase: { intentId, phoneNumber: null, providerRef: id, vapiPhoneId: id },
      });
      expect(JSON.parse(purchases()[0]?.body ?? '')).toEqual({
        provider: 'vapi',
        name: tagOf(intentId),
        numberDesiredAreaCode: '415',
        server: {
          url: 'https://billing.example/api/vapi/webhook',
          timeoutSeconds: 20,
          credentialId: 'cred-1',
          backoffPlan: expect.objectContaining({ maxRetries: 10 }),
        },
      });
    });

    it('and is usable at once where Vapi says so', async () => {
      vapi.sellsAs = 'active';
      expect(await provider().buy(intentId, LOCAL)).toMatchObject({
        kind: 'bought',
        purchase: { phoneNumber: expect.stringMatching(/^\+1415/) },
      });
    });

    it('not too late, though it was in time before the look for its tag', async () => {
      const isInTime = () => vapi.requests.length === 0;
      expect(await provider().buy(intentId, LOCAL, undefined, isInTime)).toMatchObject({ kind: 'unknown' });
      expect(vapi.requests).toHaveLength(1);
      expect(purchases()).toHaveLength(0);
    });

    it('once per intent', async () => {
      const first = await bought();
      expect(await bought()).toEqual(first);
      expect(purchases()).toHaveLength(1);
    });

    it.each([
      [400, 'This area code is currently not available. Hint: Try one of 701, 279, 406.', 'no_number_in_area_code'],
      [400, 'You have reached the maximum of free phone numbers.', 'provider_limit_reached'],
      [400, 'Please add a payment method.', 'provider_out_of_money'],
      [400, 'something else', 'provider_rejected'],
      [401, 'Invalid Key.', 'provider_auth_failed'],
      [402, 'Insufficient credits', 'provider_out_of_money'],
      [403, 'error code: 1010', 'provider_auth_failed'],
      [429, 'Rate limit exceeded', 'provider_rate_limited'],
    ])('HTTP %i "%s" is refused as %s, asked once', async (status, message, reason) => {
      vapi.refuse('POST', BUY, vapiError(status, message), 9);
      expect(await provider().buy(intentId, LOCAL)).toMatchObject({ kind: 'refused', reason, detail: message });
      expect(purchases()).toHaveLength(1);
    });

    it('a 429 passes on how long to wait', async () => {
      vapi.refuse('POST', BUY, { ...vapiError(429, 'slow down'), headers: { 'retry-after': '17' } });
      expect(await provider().buy(intentId, LOCAL)).toMatchObject({ retryAfterSeconds: 17 });
    });

    it.each([
      ['a time-out', { effect: 'after', then: 'hang' }],
      ['a connection that breaks', { effect: 'after', then: 'cut' }],
      ['an answer that never ends', { effect: 'after', then: 'trickle' }],
      ['a 500', { effect: 'after', then: 'answer', answer: vapiError(500, 'Internal server error') }],
      ['a 503', { effect: 'after', then: 'answer', answer: { status: 503, headers: { 'retry-after': '1' } } }],
      ['a 408', { effect: 'after', then: 'answer', answer: { status: 408 } }],
      ['a 201 that is no JSON', { effect: 'after', then: 'answer', answer: { status: 201, body: '<html>' } }],
      ['an empty 201', { effect: 'after', then: 'answer', answer: { status: 201 } }],
      ['a redirect', { effect: 'after', then: 'answer', answer: { status: 307, headers: { location: '/x' } } }],
    ] as const)('%s after the sale leaves it open; asking finds it, and no second is bought', async (_, mishap) => {
      vapi.fail('POST', BUY, mishap, 1);
      expect(await provider({ timeoutMs: HASTY_MS }).buy(intentId, LOCAL)).toMatchObject({ kind: 'unknown' });
      expect(purchases()).toHaveLength(1);

      const found = { kind: 'activating', purchase: { providerRef: numbers()[0]?.id } };
      expect(await provider().findByIntent(intentId)).toMatchObject(found);
      expect(await provider().buy(intentId, LOCAL)).toMatchObject(found);
      expect(purchases()).toHaveLength(1);
    });

    it('a time-out before the sale leaves it open too; asking then finds nothing', async () => {
      vapi.fail('POST', BUY, { effect: 'before', then: 'hang' });
      expect(await provider({ timeoutMs: HASTY_MS }).buy(intentId, LOCAL)).toMatchObject({ kind: 'unknown' });
      expect(await provider().findByIntent(intentId)).toEqual({ kind: 'nothing' });
    });

    it('not while it cannot be seen whether it has been', async () => {
      vapi.refuse('GET', LIST, { status: 502 });
      expect(await provider().buy(intentId, LOCAL)).toMatchObject({ kind: 'unknown' });
      expect(purchases()).toHaveLength(0);
    });

    it('certainly not when no connection came about', async () => {
      const nobody = provider({ baseUrl: await closedPort(), timeoutMs: HASTY_MS });
      expect(await nobody.buy(intentId, LOCAL)).toMatchObject({ kind: 'refused', reason: 'provider_unreachable' });
      expect(await nobody.findByIntent(intentId)).toMatchObject({ kind: 'unknown' });
    });

    it.each<NumberCriteria>([
      { country: 'US', numberType: 'toll_free' },
      { country: 'GB', numberType: 'local' },
    ])('not for %j: Vapi sells American local numbers only', async (criteria) => {
      expect(await provider().buy(intentId, criteria)).toMatchObject({ kind: 'refused', reason: 'not_offered' });
      expect(vapi.requests).toHaveLength(0);
    });

    it('without a choice of digits, and without a search that would buy', async () => {
      expect(await provider().buy(intentId, LOCAL, '+14155550100')).toMatchObject({ reason: 'not_offered' });
      expect(await provider().search()).toMatchObject({ reason: 'not_offered' });
      expect(vapi.requests).toHaveLength(0);
    });
  });

  describe('is activated', () => {
    it('when Vapi says so and has told the digits', async () => {
      const purchase = await bought();
      const id = purchase.providerRef ?? '';
      expect(await provider().register(purchase)).toMatchObject({ kind: 'pending' });
      vapi.settle(id, 'active');
      expect(await provider().register(purchase)).toMatchObject({ kind: 'pending' });
      expect(await provider().findByIntent(intentId)).toMatchObject({ kind: 'activating' });
      vapi.settle(id, 'active', '+14155550100');
      const active = {
        kind: 'active',
        phoneNumber: '+14155550100',
        vapiPhoneId: id,
        purchase: { ...purchase, phoneNumber: '+14155550100' },
      };
      expect(await provider().register(purchase)).toEqual(active);
      expect(await provider().findByIntent(intentId)).toEqual(active);
      expect(purchases()).toHaveLength(1);
    });

    it('with the digits of the sale where later reads mask them', async () => {
      vapi.sellsAs = 'active';
      const purchase = await bought();
      vapi.masksDigits = true;
      expect(await provider().register(purchase)).toMatchObject({ phoneNumber: purchase.phoneNumber });
      // Never the masked ones.
      expect(await provider().findByIntent(intentId)).toMatchObject({ kind: 'activating' });
    });

    it('or refused and deleted when Vapi blocks it', async () => {
      const purchase = await bought();
      vapi.settle(purchase.providerRef ?? '', 'blocked');
      expect(await provider().findByIntent(intentId)).toMatchObject({ kind: 'blocked', purchase });
      expect(await provider().register(purchase)).toMatchObject({ kind: 'refused', reason: 'number_blocked' });
      expect(vapi.numbers.size).toBe(0);
    });

    it('and is not refused while the blocked one is still there', async () => {
      const purchase = await bought();
      vapi.settle(purchase.providerRef ?? '', 'blocked');
      vapi.refuse('DELETE', ONE, { status: 500 });
      expect(await provider().register(purchase)).toMatchObject({ kind: 'unknown' });
      expect(await provider().register(purchase)).toMatchObject({ kind: 'refused', reason: 'number_blocked' });
    });

    it.each([401, 404, 429, 500])('a look answered with HTTP %i says nothing against the number', async (status) => {
      const purchase = await bought();
      vapi.refuse('GET', ONE, vapiError(status, 'no'));
      expect((await provider().register(purchase)).kind).toMatch(/^(unknown|pending)$/);
      vapi.settle(purchase.providerRef ?? '', 'active', '+14155550100');
      expect(await provider().register(purchase)).toMatchObject({ kind: 'active' });
    });

    it('not in a status that we do not know', async () => {
      const purchase = await bought();
      vapi.put({ ...numbers()[0], status: 'suspended', number: '+14155550100' });
      const id = numbers()[1]?.id ?? '';
      expect(await provider().register({ ...purchase, vapiPhoneId: id })).toMatchObject({ kind: 'pending' });
    });
  });

  describe('is released', () => {
    it('and again without complaint', async () => {
      const purchase = await bought();
      expect(await provider().release(purchase)).toEqual({ kind: 'released' });
      expect(vapi.numbers.size).toBe(0);
      expect(await provider().release(purchase)).toEqual({ kind: 'released' });
    });

    it('with everything that carries the tag, and nothing else', async () => {
      const purchase = await bought();
      vapi.put({ name: tagOf(intentId) });
      vapi.put({ name: tagOf(randomUUID()) });
      await provider().release({ ...purchase, providerRef: null, vapiPhoneId: null });
      expect(vapi.numbers.size).toBe(1);
    });

    it('unknown, to be repeated, when the answer is lost', async () => {
      const purchase = await bought();
      vapi.fail('DELETE', ONE, { effect: 'after', then: 'hang' });
      expect(await provider({ timeoutMs: HASTY_MS }).release(purchase)).toMatchObject({ kind: 'unknown' });
      expect(await provider().release(purchase)).toEqual({ kind: 'released' });
    });
  });

  it('is listed with its intent; numbers without a tag are not ours', async () => {
    const purchase = await bought();
    vapi.put({ name: 'hf_old' });
    expect(await provider().listTagged()).toEqual({
      kind: 'listed',
      complete: true,
      numbers: [{ intentId, side: 'vapi', ref: purchase.providerRef, phoneNumber: null }],
    });
    vapi.fail('GET', LIST, { effect: 'before', then: 'cut' });
    expect(await provider({ timeoutMs: HASTY_MS }).listTagged()).toMatchObject({ kind: 'unknown' });
  });

  it('has a provider that says whether it is well', async () => {
    expect(await provider().health()).toMatchObject({ provider: 'vapi', ok: true });
    expect(await provider({ apiKey: 'wrong' }).health()).toMatchObject({ ok: false, detail: 'Invalid Key.' });
  });
});

import { randomUUID } from 'node:crypto';
import { closedPort, FakeTwilio, twilioError } from '../../../../test/support/fake-twilio';
import { FakeVapiNumbers, vapiError } from '../../../../test/support/fake-vapi-numbers';
import type { Purchase } from '../application/number-provider.port';
import { tagOf } from './intent-tag';
import { TwilioNumberProvider } from './twilio-number-provider';

const IMPORT = /^\/phone-number$/;
const LIST = /^\/v2\/phone-number$/;
const AT_VAPI = /^\/phone-number\/./;
const AT_TWILIO = /IncomingPhoneNumbers/;
/** For steps that must succeed, however loaded the machine is. */
const PATIENT_MS = 10_000;
/** For steps that wait in vain. */
const HASTY_MS = 700;

describe('A number bought at Twilio', () => {
  let twilio: FakeTwilio;
  let vapi: FakeVapiNumbers;
  let provider: TwilioNumberProvider;
  let purchase: Purchase;

  const providerWith = (vapiBaseUrl: string, timeoutMs = PATIENT_MS) =>
    new TwilioNumberProvider({
      twilio: { accountSid: twilio.accountSid, authToken: twilio.authToken, baseUrl: twilio.url, timeoutMs },
      vapi: {
        apiKey: vapi.apiKey,
        baseUrl: vapiBaseUrl,
        timeoutMs,
        webhook: { url: 'https://billing.example/api/vapi/webhook', secret: 'hush' },
      },
    });
  const imports = () => vapi.seen('POST', IMPORT);
  const imported = () => [...vapi.numbers.values()];

  beforeEach(async () => {
    twilio = await new FakeTwilio().start();
    vapi = await new FakeVapiNumbers().start();
    provider = providerWith(vapi.url);
    const intentId = randomUUID();
    const { sid, phone_number } = twilio.own('+14155550001', tagOf(intentId));
    purchase = { intentId, phoneNumber: phone_number, providerRef: sid, vapiPhoneId: null };
  });

  afterEach(async () => {
    await twilio.stop();
    await vapi.stop();
  });

  describe('is imported into Vapi', () => {
    it('under its tag, with our webhook, and with nobody who would answer unasked', async () => {
      const outcome = await provider.register(purchase);
      const [number] = imported();
      expect(outcome).toEqual({
        kind: 'active',
        phoneNumber: '+14155550001',
        vapiPhoneId: number?.id,
        purchase: { ...purchase, vapiPhoneId: number?.id },
      });
      const request = JSON.parse(imports()[0]?.body ?? '') as Record<string, unknown>;
      expect(request).toEqual({
        provider: 'twilio',
        name: tagOf(purchase.intentId),
        number: '+14155550001',
        twilioAccountSid: twilio.accountSid,
        twilioAuthToken: twilio.authToken,
        smsEnabled: false,
        server: {
          url: 'https://billing.example/api/vapi/webhook',
          timeoutSeconds: 20,
          headers: { Authorization: 'Bearer hush', 'X-Vapi-Secret': 'hush' },
          backoffPlan: {
            type: 'exponential',
            maxRetries: 10,
            baseDelaySeconds: 10,
            excludedStatusCodes: [400, 401, 403, 404],
          },
        },
      });
    });

    it('once, however often it is registered', async () => {
      const first = await provider.register(purchase);
      expect(await provider.register(purchase)).toEqual(first);
      expect(imports()).toHaveLength(1);
    });

    it.each([
      ['a time-out', { effect: 'after', then: 'hang' }],
      ['a broken connection', { effect: 'after', then: 'cut' }],
      ['a 500', { effect: 'after', then: 'answer', answer: { status: 500 } }],
    ] as const)('once, also when %s hides the import', async (_, mishap) => {
      vapi.fail('POST', IMPORT, mishap);
      expect(await providerWith(vapi.url, HASTY_MS).register(purchase)).toMatchObject({ kind: 'unknown' });
      expect(await provider.register(purchase)).toMatchObject({ kind: 'active', vapiPhoneId: imported()[0]?.id });
      expect(imports()).toHaveLength(1);
    });

    it('not at all while it cannot be seen whether it is', async () => {
      vapi.refuse('GET', LIST, { status: 500 });
      expect(await provider.register(purchase)).toMatchObject({ kind: 'unknown' });
      expect(imports()).toHaveLength(0);
    });

    it.each([
      [400, 'number is not valid', 'provider_rejected'],
      [401, 'Invalid Key.', 'provider_auth_failed'],
      [402, 'Payment required', 'provider_out_of_money'],
    ])('HTTP %i refuses it: release and refund', async (status, message, reason) => {
      vapi.refuse('POST', IMPORT, vapiError(status, message), 9);
      expect(await provider.register(purchase)).toMatchObject({ kind: 'refused', reason, detail: message });
      expect(imports()).toHaveLength(1);
    });

    it.each([
      [429, 'Rate limit exceeded'],
      [400, 'Number Not Found on Twilio. Hot tip, check your credentials.'],
      [400, 'Existing Phone Number 4cc740d4 Has Identical `twilioAccountSid` AC1 and `number` +14155550001.'],
    ])('HTTP %i "%s" passes: it stays bought and is imported later', async (status, message) => {
      vapi.refuse('POST', IMPORT, vapiError(status, message));
      expect(await provider.register(purchase)).toMatchObject({ kind: 'pending' });
      expect(imports()).toHaveLength(1);
      expect(await provider.register(purchase)).toMatchObject({ kind: 'active' });
    });

    it('or refused, cleaned up, when Vapi has blocked it', async () => {
      const { id } = vapi.put({ name: tagOf(purchase.intentId), number: '+14155550001', status: 'blocked' });
      expect(await provider.findByIntent(purchase.intentId)).toMatchObject({ kind: 'blocked' });
      expect(await provider.register(purchase)).toMatchObject({ kind: 'refused', reason: 'number_blocked' });
      expect(vapi.numbers.has(id)).toBe(false);
    });
  });

  describe('is found by its intent', () => {
    it('as bought, then as active', async () => {
      expect(await provider.findByIntent(purchase.intentId)).toEqual({ kind: 'bought', purchase });
      const active = await provider.register(purchase);
      expect(await provider.findByIntent(purchase.intentId)).toEqual(active);
    });

    it('also when Vapi masks the digits it lists', async () => {
      vapi.masksDigits = true;
      await provider.register(purchase);
      expect(await provider.findByIntent(purchase.intentId)).toMatchObject({ phoneNumber: '+14155550001' });
    });

    it('as bought when Vapi cannot be asked: that is certain', async () => {
      expect(await providerWith(await closedPort(), HASTY_MS).findByIntent(purchase.intentId)).toEqual({
        kind: 'bought',
        purchase,
      });
    });

    it('or unknown, never nothing, when Twilio cannot be asked', async () => {
      twilio.fail('GET', AT_TWILIO, { effect: 'before', then: 'hang' });
      twilio.refuse('GET', AT_TWILIO, twilioError(429, 20429, 'Too many requests'));
      expect(await providerWith(vapi.url, HASTY_MS).findByIntent(purchase.intentId)).toMatchObject({ kind: 'unknown' });
      expect(await provider.findByIntent(purchase.intentId)).toMatchObject({ kind: 'unknown' });
    });
  });

  describe('is released', () => {
    it('at Vapi, then at Twilio, and again without complaint', async () => {
      await provider.register(purchase);
      expect(await provider.release(purchase)).toEqual({ kind: 'released' });
      expect([twilio.owned.size, vapi.numbers.size]).toEqual([0, 0]);
      expect(await provider.release(purchase)).toEqual({ kind: 'released' });
    });

    it('not at Twilio while Vapi still answers it', async () => {
      await provider.register(purchase);
      vapi.refuse('DELETE', AT_VAPI, { status: 500 });
      expect(await provider.release(purchase)).toMatchObject({ kind: 'unknown' });
      expect(twilio.owned.size).toBe(1);
      expect(await provider.release(purchase)).toEqual({ kind: 'released' });
    });

    it('with all that carries the tag, even what the book does not know', async () => {
      twilio.own('+14155550002', tagOf(purchase.intentId));
      vapi.put({ name: tagOf(purchase.intentId) });
      await provider.release({ ...purchase, providerRef: null });
      expect([twilio.owned.size, vapi.numbers.size]).toEqual([0, 0]);
    });

    it('without touching anybody else', async () => {
      twilio.own('+14155550003', tagOf(randomUUID()));
      vapi.put({ name: 'Reception' });
      await provider.release(purchase);
      expect([twilio.owned.size, vapi.numbers.size]).toEqual([1, 1]);
    });

    it('although the name was changed by hand', async () => {
      const [owned] = [...twilio.owned.values()];
      if (owned) owned.friendly_name = 'Reception';
      expect(await provider.release(purchase)).toEqual({ kind: 'released' });
      expect(twilio.owned.size).toBe(0);
    });
  });

  describe('is listed', () => {
    it('on each side where it lies, and foreign numbers are not', async () => {
      await provider.register(purchase);
      twilio.own('+14155550009', 'Reception');
      vapi.put({ name: 'hf_someone else' });
      const lost = randomUUID();
      vapi.put({ name: tagOf(lost), number: '+14155550008' });
      const outcome = await provider.listTagged();
      expect(outcome).toMatchObject({ kind: 'listed', complete: true });
      expect(outcome.kind === 'listed' && outcome.numbers).toEqual([
        { intentId: purchase.intentId, side: 'twilio', ref: purchase.providerRef, phoneNumber: '+14155550001' },
        { intentId: purchase.intentId, side: 'vapi', ref: imported()[0]?.id, phoneNumber: '+14155550001' },
        { intentId: lost, side: 'vapi', ref: expect.any(String), phoneNumber: '+14155550008' },
      ]);
    });

    it('over as many pages as there are', async () => {
      for (let n = 0; n < 1001; n++) twilio.own(`+1415556${String(n).padStart(4, '0')}`, tagOf(randomUUID()));
      for (let n = 0; n < 101; n++) vapi.put({ name: tagOf(randomUUID()) });
      const outcome = await provider.listTagged();
      expect(outcome.kind === 'listed' && outcome.numbers).toHaveLength(1 + 1001 + 101);
    });

    it('not at all when one side cannot be asked', async () => {
      vapi.refuse('GET', LIST, { status: 500 });
      expect(await provider.listTagged()).toMatchObject({ kind: 'unknown' });
    });
  });

  it('has a provider whose health is that of both companies', async () => {
    expect(await provider.health()).toMatchObject({ provider: 'twilio', ok: true });
    vapi.refuse('GET', LIST, vapiError(401, 'Invalid Key.'));
    expect(await provider.health()).toMatchObject({ ok: false, detail: 'Twilio account active, but Invalid Key.' });
    twilio.accountStatus = 'suspended';
    expect(await provider.health()).toMatchObject({ ok: false, detail: 'Twilio account suspended' });
  });
});

import { randomUUID } from 'node:crypto';
import { closedPort, FakeTwilio, twilioError } from '../../../../test/support/fake-twilio';
import { FakeVapiNumbers } from '../../../../test/support/fake-vapi-numbers';
import type { NumberCriteria } from '../application/number-provider.port';
import { tagOf } from './intent-tag';
import { TwilioNumberProvider } from './twilio-number-provider';

const BUY = /IncomingPhoneNumbers\.json$/;
const SEARCH = /AvailablePhoneNumbers/;
/** For steps that must succeed, however loaded the machine is. */
const PATIENT_MS = 10_000;
/** For steps that wait in vain. */
const HASTY_MS = 700;
const LOCAL: NumberCriteria = { country: 'US', numberType: 'local', areaCode: '415' };

describe('Buying a number at Twilio', () => {
  let twilio: FakeTwilio;
  let vapi: FakeVapiNumbers;
  let intentId: string;

  const provider = (options: { authToken?: string; baseUrl?: string; timeoutMs?: number } = {}) =>
    new TwilioNumberProvider({
      twilio: {
        accountSid: twilio.accountSid,
        authToken: options.authToken ?? twilio.authToken,
        baseUrl: options.baseUrl ?? twilio.url,
        timeoutMs: options.timeoutMs ?? PATIENT_MS,
        papers: { 'AU:mobile': { bundleSid: 'BU1', addressSid: 'AD1' } },
      },
      vapi: { apiKey: vapi.apiKey, baseUrl: vapi.url, timeoutMs: PATIENT_MS },
    });
  const purchases = () => twilio.seen('POST', BUY);
  const sell = (...phoneNumbers: string[]) => {
    twilio.stock = phoneNumbers.map((phoneNumber) => ({ phoneNumber, country: 'US', type: 'Local' }));
  };

  beforeEach(async () => {
    twilio = await new FakeTwilio().start();
    vapi = await new FakeVapiNumbers().start();
    intentId = randomUUID();
    sell('+14155550001', '+14155550002', '+14155550003', '+12125550001');
  });

  afterEach(async () => {
    await twilio.stop();
    await vapi.stop();
  });

  it('takes one from the search and tags it with the intent', async () => {
    const outcome = await provider().buy(intentId, LOCAL);
    expect(outcome).toMatchObject({ kind: 'bought', purchase: { intentId, vapiPhoneId: null } });
    const form = new URLSearchParams(purchases()[0]?.body);
    expect(form.get('PhoneNumber')).toMatch(/^\+1415/);
    expect(form.get('FriendlyName')).toBe(tagOf(intentId));
    expect([...twilio.owned.values()]).toHaveLength(1);
  });

  it('takes exactly the number that was asked for', async () => {
    const outcome = await provider().buy(intentId, LOCAL, '+14155550003');
    expect(outcome).toMatchObject({ kind: 'bought', purchase: { phoneNumber: '+14155550003' } });
    expect(twilio.seen('GET', SEARCH)).toHaveLength(0);
  });

  it('sends no purchase that comes too late, though it was in time before the search', async () => {
    const isInTime = () => twilio.seen('GET', SEARCH).length === 0;
    expect(await provider().buy(intentId, LOCAL, undefined, isInTime)).toMatchObject({ kind: 'unknown' });
    expect(twilio.seen('GET', SEARCH)).toHaveLength(1);
    expect(purchases()).toHaveLength(0);
  });

  it('does not buy again for an intent that already has a number', async () => {
    const first = await provider().buy(intentId, LOCAL);
    const second = await provider().buy(intentId, LOCAL);
    expect(second).toEqual(first);
    expect(purchases()).toHaveLength(1);
  });

  it('tries another number when somebody else was faster', async () => {
    twilio.refuse('POST', BUY, twilioError(400, 21422, 'not available'), 2);
    expect(await provider().buy(intentId, LOCAL)).toMatchObject({ kind: 'bought' });
    const asked = purchases().map(({ body }) => new URLSearchParams(body).get('PhoneNumber'));
    expect(new Set(asked).size).toBe(3);
    expect(twilio.owned.size).toBe(1);
  });

  it('gives up after three numbers that were taken', async () => {
    twilio.refuse('POST', BUY, twilioError(400, 21422, 'not available'), 99);
    expect(await provider().buy(intentId, LOCAL)).toMatchObject({ kind: 'refused', reason: 'number_taken' });
    expect(purchases()).toHaveLength(3);
  });

  it('does not put another number in the place of the one that was asked for', async () => {
    expect(await provider().buy(intentId, LOCAL, '+14155559999')).toMatchObject({
      kind: 'refused',
      reason: 'number_taken',
    });
    expect(purchases()).toHaveLength(1);
  });

  it('says so when nothing is for sale', async () => {
    const outcome = await provider().buy(intentId, { ...LOCAL, areaCode: '907' });
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'no_number_in_area_code' });
    expect(purchases()).toHaveLength(0);
  });

  it.each([
    [400, 21421, 'number_invalid'],
    [400, 21452, 'no_number_in_area_code'],
    [400, 21451, 'no_number_in_area_code'],
    [400, 21649, 'regulatory_bundle_missing'],
    [400, 21631, 'regulatory_bundle_missing'],
    [401, 20003, 'provider_auth_failed'],
    [403, 20005, 'provider_out_of_money'],
    [400, 10001, 'provider_out_of_money'],
    [400, 21404, 'provider_limit_reached'],
    [429, 20429, 'provider_rate_limited'],
    [400, 29999, 'provider_rejected'],
  ])('HTTP %i with code %i is refused as %s, asked once', async (status, code, reason) => {
    twilio.refuse('POST', BUY, twilioError(status, code, 'said Twilio'), 9);
    const outcome = await provider().buy(intentId, LOCAL);
    expect(outcome).toMatchObject({ kind: 'refused', reason, detail: `Twilio ${code}: said Twilio` });
    expect(purchases()).toHaveLength(1);
  });

  it('understands RFC 9457 refusals, which the client throws as another class', async () => {
    const body = { type: 'https://t/21422', title: 'Too many', status: 429, code: 20429 };
    twilio.refuse('POST', BUY, { status: 429, body });
    expect(await provider().buy(intentId, LOCAL)).toMatchObject({ kind: 'refused', reason: 'provider_rate_limited' });
  });

  it.each([
    ['a time-out', { effect: 'after', then: 'hang' }],
    ['a connection that breaks', { effect: 'after', then: 'cut' }],
    ['an answer that never ends', { effect: 'after', then: 'trickle' }],
    ['a 500', { effect: 'after', then: 'answer', answer: { status: 500, body: 'oops' } }],
    ['a 503', { effect: 'after', then: 'answer', answer: { status: 503 } }],
    ['a redirect', { effect: 'after', then: 'answer', answer: { status: 307, headers: { location: '/elsewhere' } } }],
    ['a 201 without a number', { effect: 'after', then: 'answer', answer: { status: 201, body: {} } }],
    ['a 201 that is no JSON', { effect: 'after', then: 'answer', answer: { status: 201, body: '<html>' } }],
  ] as const)(
    '%s after the sale leaves it open; asking finds the number, and no second is bought',
    async (_, mishap) => {
      twilio.fail('POST', BUY, mishap);
      expect(await provider({ timeoutMs: HASTY_MS }).buy(intentId, LOCAL)).toMatchObject({ kind: 'unknown' });
      expect(purchases()).toHaveLength(1);

      const [owned] = [...twilio.owned.values()];
      const found = { kind: 'bought', purchase: { providerRef: owned?.sid, phoneNumber: owned?.phone_number } };
      expect(await provider().findByIntent(intentId)).toMatchObject(found);
      expect(await provider().buy(intentId, LOCAL)).toMatchObject(found);
      expect(purchases()).toHaveLength(1);
    },
  );

  it('a time-out before the sale leaves it open too; asking then finds nothing', async () => {
    twilio.fail('POST', BUY, { effect: 'before', then: 'hang' });
    expect(await provider({ timeoutMs: HASTY_MS }).buy(intentId, LOCAL)).toMatchObject({ kind: 'unknown' });
    expect(await provider().findByIntent(intentId)).toEqual({ kind: 'nothing' });
    expect(purchases()).toHaveLength(1);
  });

  it('does not buy when it cannot see whether it has bought', async () => {
    twilio.refuse('GET', BUY, { status: 503 });
    expect(await provider().buy(intentId, LOCAL)).toMatchObject({ kind: 'unknown' });
    expect(purchases()).toHaveLength(0);
  });

  it('a connection that is refused has certainly bought nothing', async () => {
    const nobody = provider({ baseUrl: await closedPort(), timeoutMs: HASTY_MS });
    expect(await nobody.buy(intentId, LOCAL)).toMatchObject({ kind: 'refused', reason: 'provider_unreachable' });
    expect(await nobody.findByIntent(intentId)).toMatchObject({ kind: 'unknown' });
  });

  it('wrong credentials are refused on a purchase and prove nothing on a look', async () => {
    const stranger = provider({ authToken: 'wrong' });
    expect(await stranger.buy(intentId, LOCAL)).toMatchObject({ kind: 'refused', reason: 'provider_auth_failed' });
    expect(await stranger.findByIntent(intentId)).toMatchObject({ kind: 'unknown' });
    expect(purchases()).toHaveLength(0);
  });

  it('hands in the papers that are filed for a kind of number', async () => {
    twilio.stock = [{ phoneNumber: '+61491570006', country: 'AU', type: 'Mobile' }];
    const outcome = await provider().buy(intentId, { country: 'AU', numberType: 'mobile' });
    expect(outcome).toMatchObject({ kind: 'bought' });
    const form = new URLSearchParams(purchases()[0]?.body);
    expect([form.get('BundleSid'), form.get('AddressSid')]).toEqual(['BU1', 'AD1']);
  });

  it('is refused where papers are needed and none are filed', async () => {
    twilio.stock = [{ phoneNumber: '+442079460001', country: 'GB', type: 'Local' }];
    const outcome = await provider().buy(intentId, { country: 'GB', numberType: 'local', areaCode: '020' });
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'regulatory_bundle_missing' });
  });

  it('searches British area codes by the digits and keeps only numbers that start with them', async () => {
    twilio.stock = ['+442079460001', '+441442020001', '+442079460002'].map((phoneNumber) => {
      return { phoneNumber, country: 'GB', type: 'Local' as const };
    });
    const outcome = await provider().search({ country: 'GB', numberType: 'local', areaCode: '020' }, 10);
    expect(outcome).toMatchObject({
      kind: 'found',
      numbers: [{ phoneNumber: '+442079460001', locality: 'Springfield' }, { phoneNumber: '+442079460002' }],
    });
    expect(twilio.seen('GET', SEARCH)[0]?.query.get('Contains')).toBe('4420');
  });

  it('asks nobody for what does not exist', async () => {
    expect(await provider().buy(intentId, { country: 'US', numberType: 'mobile' })).toMatchObject({
      kind: 'refused',
      reason: 'not_offered',
    });
    expect(twilio.requests).toHaveLength(0);
  });
});

import { createHmac, randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { startTestEngine, type TestEngine } from '../support/engine';
import { post, STATUS_CHECK, WEBHOOK, type Answer } from './support/deliver';
import { report } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const SECRET = 'the-webhook-secret-of-this-test';
const KEY = 'the-signing-key-of-this-test';
/** 61 s at 56p a minute. */
const PRICE = 112;
const BALANCE = 10_000;

type Hmac = NonNullable<TestEngine['settings']['vapi']['hmac']>;

const DEFAULTS: Hmac = {
  secret: KEY,
  algorithm: 'sha256',
  signatureHeader: 'x-signature',
  timestampHeader: 'x-timestamp',
  prefix: '',
  toleranceSeconds: 300,
};
const RENAMED: Hmac = {
  ...DEFAULTS,
  algorithm: 'sha512',
  signatureHeader: 'x-vapi-signature',
  timestampHeader: 'x-vapi-sent-at',
  prefix: 'sha512=',
};

const now = (): number => Date.now();
const seconds = (ms: number): string => String(Math.floor(ms / 1_000));

function signed(
  body: string,
  {
    timestamp = seconds(now()),
    key = KEY,
    algorithm = 'sha256',
  }: { timestamp?: string; key?: string; algorithm?: string } = {},
): OutgoingHttpHeaders {
  const signature = createHmac(algorithm, key).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-signature': signature, 'x-timestamp': timestamp };
}

/** What is sent: headers for a body, and the body itself where it is not sent as it was signed. */
type Attempt = (body: string) => { readonly headers: OutgoingHttpHeaders; readonly body?: string };
const just =
  (headers: OutgoingHttpHeaders): Attempt =>
  () => ({ headers });

function engineWith(hmac: Hmac | null): Promise<TestEngine> {
  const vapi = { webhookSecret: SECRET, hmac, apiKey: null, baseUrl: null, controlHosts: ['.vapi.ai'] };
  return startTestEngine({ vapi });
}

class Receiver {
  charged = 0;

  constructor(
    readonly engine: TestEngine,
    readonly operator: Operator,
    readonly tenant: NumberedTenant,
  ) {}

  static async start(hmac: Hmac | null): Promise<Receiver> {
    const engine = await engineWith(hmac);
    const operator = new Operator(engine);
    return new Receiver(engine, operator, await openNumberedTenant(operator, { balancePence: BALANCE }));
  }

  async receive(attempt: Attempt): Promise<Answer> {
    const message = report(randomUUID(), this.tenant.call, { durationSeconds: 61, note: 'naïve' });
    const body = JSON.stringify({ message });
    const { headers, body: sent = body } = attempt(body);
    return post(this.engine.url + WEBHOOK, sent, { 'content-type': 'application/json', ...headers });
  }

  async expectAccepted(attempt: Attempt): Promise<void> {
    expect(await this.receive(attempt)).toMatchObject({ status: 200, body: { received: true } });
    this.charged += PRICE;
    await this.expectBalance();
  }

  async expectRefused(attempt: Attempt): Promise<void> {
    const before = (await this.operator.deliveries({})).length;
    const answer = await this.receive(attempt);
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated', status: 401 } });
    expect(answer.type).toContain('application/problem+json');
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
    expect(await this.operator.deliveries({})).toHaveLength(before); // nothing unauthentic fills the log
    await this.expectBalance();
  }

  private async expectBalance(): Promise<void> {
    expect(await this.operator.wallet(this.tenant.orgId)).toMatchObject({ balancePence: BALANCE - this.charged });
  }
}

describe('without signatures', () => {
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await Receiver.start(null);
  });

  afterAll(() => receiver.engine.stop());

  it.each<[string, Attempt]>([
    ['X-Vapi-Secret', just({ 'x-vapi-secret': SECRET })],
    ['a bearer token', just({ authorization: `Bearer ${SECRET}` })],
    [
      'a bearer token beside the empty secret that Vapi sends',
      just({ 'x-vapi-secret': '', authorization: `Bearer ${SECRET}` }),
    ],
  ])('a delivery with %s is accepted, and needs no key', (_, attempt) => receiver.expectAccepted(attempt));

  it.each<[string, Attempt]>([
    ['nothing', just({})],
    ['an empty secret', just({ 'x-vapi-secret': '' })],
    ['an empty bearer token', just({ authorization: 'Bearer ' })],
    ['another secret', just({ 'x-vapi-secret': `${SECRET.slice(0, -1)}T` })],
    ['a secret with one more character', just({ 'x-vapi-secret': `${SECRET}x` })],
    ['the beginning of the secret', just({ 'x-vapi-secret': SECRET.slice(0, 8) })],
    ['the secret in capitals', just({ 'x-vapi-secret': SECRET.toUpperCase() })],
    ['the secret as another scheme', just({ authorization: `Basic ${SECRET}` })],
    ['the right secret and then a wrong one', just({ 'x-vapi-secret': [SECRET, 'wrong'] })],
    ['a wrong secret and then the right one', just({ 'x-vapi-secret': ['wrong', SECRET] })],
    ['a repeated bearer token', just({ Authorization: [`Bearer ${SECRET}`, 'Bearer wrong'] })],
    ['a signature, which nobody configured', (body) => ({ headers: signed(body) })],
  ])('a delivery with %s is refused', (_, attempt) => receiver.expectRefused(attempt));

  it('the status check refuses the same', async () => {
    const body = JSON.stringify({ message: { call: { id: 'any' } } });
    for (const headers of [{}, { 'x-vapi-secret': '' }, { 'x-vapi-secret': 'wrong' }]) {
      const answer = await post(receiver.engine.url + STATUS_CHECK, body, {
        'content-type': 'application/json',
        ...headers,
      });
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    }
  });

  it("an operator's key and an organisation's are no webhook secrets", async () => {
    const key = await receiver.operator.keyOf(receiver.tenant.orgId);
    for (const each of [key, receiver.engine.adminKey]) {
      await receiver.expectRefused(just({ authorization: `Bearer ${each}` }));
      await receiver.expectRefused(just({ 'x-vapi-secret': each }));
    }
  });
});

describe('with signatures', () => {
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await Receiver.start(DEFAULTS);
  });

  afterAll(() => receiver.engine.stop());

  it.each<[string, Attempt]>([
    ['signed over seconds', (body) => ({ headers: signed(body) })],
    ['signed over milliseconds', (body) => ({ headers: signed(body, { timestamp: String(now()) }) })],
    ['signed four minutes ago', (body) => ({ headers: signed(body, { timestamp: seconds(now() - 240_000) }) })],
    ['signed four minutes ahead', (body) => ({ headers: signed(body, { timestamp: seconds(now() + 240_000) }) })],
    ['signed beside an empty secret', (body) => ({ headers: { ...signed(body), 'x-vapi-secret': '' } })],
    ['not signed, with the secret', just({ 'x-vapi-secret': SECRET })],
  ])('a delivery %s is accepted', (_, attempt) => receiver.expectAccepted(attempt));

  it.each<[string, Attempt]>([
    ['with another key', (body) => ({ headers: signed(body, { key: 'another key of this test' }) })],
    ['with an empty key', (body) => ({ headers: signed(body, { key: '' }) })],
    ['with another algorithm', (body) => ({ headers: signed(body, { algorithm: 'sha512' }) })],
    ['for a body with one space less', (body) => ({ headers: signed(`${body} `) })],
    ['for a body with another amount', (body) => ({ headers: signed(body), body: body.replace('61', '62') })],
    [
      'for the body as it is re-serialised',
      (body) => ({ headers: signed(JSON.stringify(JSON.parse(`${body}`), null, 1)) }),
    ],
    ['over another timestamp', (body) => ({ headers: { ...signed(body), 'x-timestamp': seconds(now() - 60_000) } })],
    ['without a timestamp', (body) => ({ headers: { 'x-signature': signed(body)['x-signature'] } })],
    ['with a timestamp that is none', (body) => ({ headers: signed(body, { timestamp: 'now' }) })],
    ['six minutes ago (seconds)', (body) => ({ headers: signed(body, { timestamp: seconds(now() - 360_000) }) })],
    ['six minutes ahead (seconds)', (body) => ({ headers: signed(body, { timestamp: seconds(now() + 360_000) }) })],
    ['six minutes ago (milliseconds)', (body) => ({ headers: signed(body, { timestamp: String(now() - 360_000) }) })],
    ['six minutes ahead (milliseconds)', (body) => ({ headers: signed(body, { timestamp: String(now() + 360_000) }) })],
    ['with half a signature', (body) => ({ headers: { ...signed(body), 'x-signature': 'ab'.repeat(16) } })],
    ['with an empty signature', (body) => ({ headers: { ...signed(body), 'x-signature': '' } })],
    [
      'with a prefix nobody configured',
      (body) => {
        const { 'x-signature': digits, ...rest } = signed(body);
        return { headers: { ...rest, 'x-signature': `sha256=${String(digits)}` } };
      },
    ],
    [
      'twice, the second one wrong',
      (body) => {
        const { 'x-signature': digits, ...rest } = signed(body);
        return { headers: { ...rest, 'x-signature': [String(digits), '00'.repeat(32)] } };
      },
    ],
    [
      'wrongly, although the secret is right',
      (body) => ({ headers: { ...signed(body, { key: 'wrong' }), 'x-vapi-secret': SECRET } }),
    ],
  ])('a delivery signed %s is refused', (_, attempt) => receiver.expectRefused(attempt));

  it('a true copy within the window is taken once as money', async () => {
    const message = report(randomUUID(), receiver.tenant.call, { durationSeconds: 61 });
    const body = JSON.stringify({ message });
    const headers = { 'content-type': 'application/json', ...signed(body) };
    for (let copy = 0; copy < 3; copy++) {
      expect(await post(receiver.engine.url + WEBHOOK, body, headers)).toMatchObject({ status: 200 });
    }
    receiver.charged += PRICE;
    expect(await receiver.operator.wallet(receiver.tenant.orgId)).toMatchObject({
      balancePence: BALANCE - receiver.charged,
    });
  });
});

describe('with headers, prefix and algorithm of their own', () => {
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await Receiver.start(RENAMED);
  });

  afterAll(() => receiver.engine.stop());

  function renamed(body: string, prefix = 'sha512=', algorithm = 'sha512'): OutgoingHttpHeaders {
    const { 'x-signature': digits, 'x-timestamp': at } = signed(body, { algorithm });
    return { 'x-vapi-signature': `${prefix}${String(digits)}`, 'x-vapi-sent-at': at };
  }

  it('a delivery signed so is accepted', () => receiver.expectAccepted((body) => ({ headers: renamed(body) })));

  it.each<[string, Attempt]>([
    ['without the prefix', (body) => ({ headers: renamed(body, '') })],
    ['with another prefix', (body) => ({ headers: renamed(body, 'sha256=') })],
    ['with another algorithm', (body) => ({ headers: renamed(body, 'sha512=', 'sha256') })],
    ['under the default names', (body) => ({ headers: signed(body, { algorithm: 'sha512' }) })],
  ])('a delivery signed %s is refused', (_, attempt) => receiver.expectRefused(attempt));
});

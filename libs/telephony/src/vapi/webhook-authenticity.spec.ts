import { createHmac } from 'node:crypto';
import { readVapiFixture } from '../../../../test/fixtures/vapi/read-fixtures';
import type { DeliveryHeaders } from './redact-headers';
import { judgeAuthenticity, type WebhookAuthenticitySettings } from './webhook-authenticity';
import type { SignatureAlgorithm, WebhookSignatureSettings } from './webhook-signature';

const NOW = new Date('2026-09-14T15:05:25.000Z');
const NOW_S = NOW.getTime() / 1000;
const BODY = Buffer.from('{"message":{"type":"hang","text":"naïve"}}');
const SECRET = 'shared-secret-of-the-test';
const HMAC = 'hmac-secret-of-the-test';
const layout: WebhookSignatureSettings = {
  secrets: [HMAC],
  algorithm: 'sha256',
  signatureHeader: 'X-Signature',
  timestampHeader: 'X-Timestamp',
  prefix: '',
  toleranceSeconds: 300,
};
const plain: WebhookAuthenticitySettings = { secrets: [SECRET] };
const both: WebhookAuthenticitySettings = { secrets: [SECRET], signature: layout };

function signed(
  timestamp: number | string,
  {
    algorithm = 'sha256',
    secret = HMAC,
    body = BODY,
  }: { algorithm?: SignatureAlgorithm; secret?: string; body?: Buffer } = {},
) {
  const digits = createHmac(algorithm, secret).update(`${timestamp}.`).update(body).digest('hex');
  return { 'x-signature': digits, 'x-timestamp': String(timestamp) };
}

const judge = (headers: DeliveryHeaders, settings = both, body = BODY) =>
  judgeAuthenticity(headers, body, NOW, settings);

describe('a delivery is authentic', () => {
  test.each<[string, DeliveryHeaders, WebhookAuthenticitySettings, string]>([
    ['by X-Vapi-Secret', { 'x-vapi-secret': SECRET }, plain, 'secret'],
    ['by Authorization: Bearer', { authorization: `Bearer ${SECRET}` }, plain, 'bearer'],
    ['by bearer in lower case', { authorization: `bearer ${SECRET}` }, plain, 'bearer'],
    [
      'by a bearer beside an empty X-Vapi-Secret',
      { 'x-vapi-secret': '', authorization: `Bearer ${SECRET}` },
      plain,
      'bearer',
    ],
    ['by the older of two secrets', { 'x-vapi-secret': SECRET }, { secrets: ['newer', SECRET] }, 'secret'],
    ['by secret although signatures are configured', { 'x-vapi-secret': SECRET }, both, 'secret'],
    [
      'by secret, a signature header nobody configured set aside',
      { 'x-vapi-secret': SECRET, 'x-signature': 'x' },
      plain,
      'secret',
    ],
    ['by signature', signed(NOW_S), both, 'signature'],
    ['by signature without any shared secret', signed(NOW_S), { secrets: [], signature: layout }, 'signature'],
    ['by signature beside an empty X-Vapi-Secret', { ...signed(NOW_S), 'x-vapi-secret': '' }, both, 'signature'],
    ['by a signature over milliseconds', signed(NOW_S * 1000), both, 'signature'],
    ['by a signature 300 s old', signed(NOW_S - 300), both, 'signature'],
    ['by a signature 300 s ahead', signed(NOW_S + 300), both, 'signature'],
    [
      'by a signature in capitals',
      { ...signed(NOW_S), 'x-signature': signed(NOW_S)['x-signature'].toUpperCase() },
      both,
      'signature',
    ],
    [
      'by the older of two signing keys',
      signed(NOW_S),
      { ...both, signature: { ...layout, secrets: ['newer', HMAC] } },
      'signature',
    ],
  ])('%s', (_claim, headers, settings, by) => {
    expect(judge(headers, settings)).toEqual({ authentic: true, by });
  });

  test.each<SignatureAlgorithm>(['sha1', 'sha256', 'sha512'])(
    "by %s, with a prefix and headers of one's own",
    (algorithm) => {
      const signature = {
        ...layout,
        algorithm,
        prefix: `${algorithm}=`,
        signatureHeader: 'X-Sig',
        timestampHeader: 'X-Time',
      };
      const { 'x-signature': digits, 'x-timestamp': time } = signed(NOW_S, { algorithm });
      expect(judge({ 'x-sig': `${algorithm}=${digits}`, 'x-time': time }, { ...both, signature }).authentic).toBe(true);
      expect(judge({ 'x-sig': digits, 'x-time': time }, { ...both, signature }).authentic).toBe(false);
    },
  );

  it('when it is fixture 04, at its own time', () => {
    const { headers, body } = readVapiFixture('04');
    const settings = { secrets: [], signature: { ...layout, secrets: ['visible-hmac-secret'] } };
    const raw = Buffer.from(JSON.stringify(body));
    expect(judgeAuthenticity(headers, raw, new Date(1789398322_000), settings)).toEqual({
      authentic: true,
      by: 'signature',
    });
    expect(judgeAuthenticity(headers, raw, new Date(1789398623_000), settings).authentic).toBe(false);
  });
});

describe('a delivery is refused', () => {
  const good = signed(NOW_S);

  test.each<[string, DeliveryHeaders, WebhookAuthenticitySettings]>([
    ['without credentials', {}, both],
    ['with another secret', { 'x-vapi-secret': 'other' }, plain],
    ['with a secret cut short', { 'x-vapi-secret': SECRET.slice(0, -1) }, plain],
    ['with a secret and a space', { 'x-vapi-secret': `${SECRET} ` }, plain],
    ['with an empty secret when none is configured', { 'x-vapi-secret': '' }, { secrets: [''] }],
    ['with an empty bearer when none is configured', { authorization: 'Bearer ' }, { secrets: [''] }],
    ['with an empty secret and no configuration', { 'x-vapi-secret': '' }, { secrets: [] }],
    ['with the secret as Basic', { authorization: `Basic ${SECRET}` }, plain],
    ['with the secret without Bearer', { authorization: SECRET }, plain],
    ['with the secret twice', { 'x-vapi-secret': [SECRET, SECRET] }, plain],
    ['with the secret twice, joined by Node', { 'x-vapi-secret': `${SECRET}, ${SECRET}` }, plain],
    ['with one bearer in a list', { authorization: [`Bearer ${SECRET}`] }, plain],
    ['signed, when signatures are not configured', good, plain],
    ['signed with another key', signed(NOW_S, { secret: 'other' }), both],
    ['signed with an empty key', signed(NOW_S, { secret: '' }), { ...both, signature: { ...layout, secrets: [''] } }],
    ['signed with the shared secret', signed(NOW_S, { secret: SECRET }), both],
    ['signed over another body', signed(NOW_S, { body: Buffer.from(`${BODY.toString()} `) }), both],
    [
      'signed wrongly beside the right secret',
      { ...good, 'x-signature': 'ab'.repeat(32), 'x-vapi-secret': SECRET },
      both,
    ],
    ['with an empty signature beside the right secret', { 'x-signature': '', 'x-vapi-secret': SECRET }, both],
    ['signed with another algorithm', signed(NOW_S, { algorithm: 'sha512' }), both],
    ['with a prefix nobody configured', { ...good, 'x-signature': `sha256=${good['x-signature']}` }, both],
    ['with a signature cut short', { ...good, 'x-signature': good['x-signature'].slice(0, 62) }, both],
    ['with a signature that is no hex', { ...good, 'x-signature': 'z'.repeat(64) }, both],
    ['with two signatures', { ...good, 'x-signature': [good['x-signature'], good['x-signature']] }, both],
    ['without a timestamp', { 'x-signature': good['x-signature'] }, both],
    ['with two timestamps', { ...good, 'x-timestamp': [String(NOW_S), String(NOW_S)] }, both],
    ['with a timestamp that was not signed', { ...good, 'x-timestamp': String(NOW_S + 1) }, both],
    ['301 s old', signed(NOW_S - 301), both],
    ['301 s ahead', signed(NOW_S + 301), both],
    ['301 s ahead in milliseconds', signed((NOW_S + 301) * 1000), both],
    ['with a timestamp of the year 33658', signed(NOW_S * 1_000_000), both],
    ['with a negative timestamp', signed(-NOW_S), both],
    ['with a timestamp in words', signed('now'), both],
    ['with an empty timestamp', signed(''), both],
    ['by what an object inherits', Object.create({ 'x-vapi-secret': SECRET }) as DeliveryHeaders, plain],
  ])('%s', (_claim, headers, settings) => {
    const verdict = judge(headers, settings);
    expect(verdict).toEqual({ authentic: false, reason: expect.any(String) as string });
  });

  it('with a reason that names headers and lengths, never a value', () => {
    expect(judge({ 'x-vapi-secret': 'guess', authorization: ['Bearer a', 'Bearer b'] })).toEqual({
      authentic: false,
      reason: 'no credential matches: x-vapi-secret (5 characters), authorization (2 values), x-signature (missing)',
    });
    for (const headers of [
      { ...good, 'x-timestamp': '77777' },
      { ...good, 'x-signature': 'deadbeef' },
      signed(NOW_S - 999),
    ]) {
      const verdict = judge(headers);
      expect(verdict.authentic).toBe(false);
      expect(JSON.stringify(verdict)).not.toMatch(
        new RegExp(`77777|deadbeef|${String(NOW_S - 999)}|${headers['x-signature']}`),
      );
    }
  });
});

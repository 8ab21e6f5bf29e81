import fc from 'fast-check';
import { readVapiFixture, readVapiFixtures } from '../../../../test/fixtures/vapi/read-fixtures';
import { redactDelivery } from './redact-delivery';
import { translate } from './vapi-message-translator';
import type { Malformed, VapiEvent } from '../domain/call-event';

const SECRET = 'planted-secret-4711';
const stored = (payload: unknown): unknown => JSON.parse(JSON.stringify(redactDelivery(payload)));

function withoutControlUrl(event: VapiEvent | Malformed): object {
  return 'call' in event ? { ...event, call: { ...event.call, controlUrl: undefined } } : event;
}

function expectSameEventAfterReplay(body: unknown): void {
  expect(withoutControlUrl(translate(stored(body)))).toEqual(withoutControlUrl(translate(body)));
}

describe('a stored delivery', () => {
  test.each(readVapiFixtures().map(({ name, body }) => [name, body] as const))(
    'replays as what %s meant',
    (_name, body) => {
      expectSameEventAfterReplay(body);
      expect(JSON.stringify(redactDelivery(body))).not.toMatch(/\/control|\/listen|X-Amz-Signature|Thursday at ten/);
    },
  );

  it('replays as what it meant, whatever was sent', () => {
    const odd = fc.constantFrom(
      'call\u0000',
      '\ud800x',
      'x'.repeat(5_000),
      'https://a/b?c=d',
      Infinity,
      -0,
      '😀'.repeat(200),
    );
    const leaf = fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 300 }), fc.jsonValue(), fc.double());
    const record = <Name extends string>(...names: Name[]) =>
      fc.oneof(leaf, fc.dictionary(fc.constantFrom<string>(...names), leaf, { maxKeys: 6 }));
    const place = record('orgId', 'sig', 'token');
    const call = fc.record(
      {
        id: fc.oneof({ weight: 3, arbitrary: fc.constant('call-1') }, leaf),
        type: fc.oneof(fc.constant('webCall'), leaf),
        phoneNumberId: leaf,
        assistantId: leaf,
        metadata: place,
        customer: record('number'),
        monitor: record('controlUrl'),
        assistantOverrides: fc.dictionary(fc.constantFrom('metadata', 'variableValues', 'maxDurationSeconds'), place),
        durationSeconds: leaf,
        startedAt: fc.oneof(fc.constant('2026-09-14T15:00:00Z'), leaf),
        endedAt: fc.oneof(fc.constant('2026-09-14T15:01:00Z'), leaf),
      },
      { requiredKeys: ['id'] },
    );
    const message = fc.record(
      {
        type: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('status-update', 'end-of-call-report', 'hang') }, leaf),
        status: fc.oneof(fc.constantFrom('in-progress', 'ended', 'ringing'), leaf),
        timestamp: leaf,
        endedReason: leaf,
        cost: leaf,
        durationSeconds: leaf,
        phoneNumber: record('id', 'number'),
        customer: record('number'),
        artifact: record('variableValues', 'messages'),
        call: fc.oneof({ weight: 4, arbitrary: call }, leaf),
      },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(message, (body) => expectSameEventAfterReplay({ message: body })));
  });

  it('leaks no secret, wherever it is nested and whatever it is wrapped in', () => {
    const secretName = fc.constantFrom(
      ...[
        'twilioAuthToken',
        'secret',
        'X-Vapi-Secret',
        'apiKey',
        'API_KEY',
        'twilioApiSecret',
        'password',
        'Authorization',
      ],
      ...[
        'credentials',
        'callToken',
        'openAIKey',
        'controlUrl',
        'listenUrl',
        'webCallUrl',
        'accessToken',
        'tokens',
        'key',
      ],
      ...['headers', 'messages', 'transcript', 'sessionCookie', 'jwtSecret', 'x-signature'],
    );
    const wrapped = fc.constantFrom<unknown>(SECRET, [SECRET], { value: SECRET }, [[{ deep: [SECRET] }]]);
    const url = fc.constantFrom(
      `https://a.example/x.wav?X-Amz-Signature=${SECRET}`,
      `see https://user:${SECRET}@a.example/x and then`,
      `wss://a.example/${SECRET}/listen`,
      `<https://a.example/${SECRET}/control>`,
      `a ftp://a.example/#${SECRET}`,
    );
    const leak = fc.oneof(
      fc.tuple(secretName, wrapped).map(([name, value]) => ({ [name]: value })),
      url,
      fc.record({ url }),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        leak,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(fc.property(tree, (payload) => expect(JSON.stringify(redactDelivery(payload))).not.toContain(SECRET)));
  });

  it('never throws and is plain JSON that PostgreSQL stores, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (payload) => {
          expect(JSON.stringify(redactDelivery(payload))).not.toMatch(/\\u0000|\\ud[89a-f]/i);
        },
      ),
    );
  });

  it('keeps what an operator needs', () => {
    const kept = redactDelivery(readVapiFixture('05').body) as { message: Record<string, unknown> };
    expect(kept.message).toMatchObject({
      durationMs: 187412,
      analysis: { successEvaluation: 'true' },
      costBreakdown: { llmPromptTokens: 1834 },
      transcript: expect.stringMatching(/^\[omitted: \d+ characters\]$/) as string,
      messages: '[omitted: 10 items]',
      recordingUrl: expect.stringMatching(/^https:\/\/storage\.vapi\.ai\/.*\.wav$/) as string,
    });
  });

  it.each([
    [
      { headers: { 'X-Vapi-Secret': 'abc', other: 7 } },
      { headers: { 'X-Vapi-Secret': '[redacted: 3 characters]', other: '[redacted]' } },
    ],
    [{ text: 'a\u0000b\ud800' }, { text: 'a\ufffdb\ufffd' }],
    [{ 'na\u0000me': 1 }, { 'na\ufffdme': 1 }],
    [
      { secret: null, apiKeyEnabled: true },
      { secret: null, apiKeyEnabled: true },
    ],
    [{ durationSeconds: Infinity }, { durationSeconds: ['Infinity'] }],
  ])('holds %j as %j', (payload, expected) => {
    expect(redactDelivery(payload)).toEqual(expected);
  });

  it('cuts a long text and says so', () => {
    expect(redactDelivery({ note: 'x'.repeat(4_100) })).toEqual({
      note: `${'x'.repeat(4_096)} [omitted: 4 characters]`,
    });
  });

  it('keeps a field named __proto__ as data', () => {
    const copy = redactDelivery(JSON.parse('{"__proto__": {"polluted": 1}}')) as object;
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it.each([
    ['lists', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['objects', '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000)],
  ])('survives %s nested 50 000 deep', (_kind, json) => {
    const payload: unknown = JSON.parse(json);
    expect(JSON.stringify(redactDelivery({ message: payload })).length).toBeLessThan(500);
    expect(translate({ message: payload })).toMatchObject({ type: 'malformed' });
  });

  it('of a 2 MB report, of a million items and of a megabyte without a space is made in no time', () => {
    const turns = Array.from({ length: 20_000 }, (_, time) => ({
      role: 'user',
      message: `turn ${time} `.repeat(8),
      time,
    }));
    const report = { message: { type: 'end-of-call-report', messages: turns, artifact: { turns } } };
    const items = { message: Array.from({ length: 1_000_000 }, () => 0) };
    const urls = { texts: Array.from({ length: 2_000 }, () => 'https://'.repeat(512)) };
    const startedAt = performance.now();
    const sizes = [report, items, urls].map((payload) => JSON.stringify(redactDelivery(payload)).length);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(sizes[0]).toBeLessThan(200_000);
  });
});

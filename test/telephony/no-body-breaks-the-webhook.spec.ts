import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver, post, WEBHOOK, type Answer } from './support/deliver';
import { assistantRequest, ended, inProgress, report, type CallDetails } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 10_000;
const MEGABYTE = 1_048_576;

describe('the webhook', () => {
  let engine: TestEngine;
  let operator: Operator;
  let tenant: NumberedTenant;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
    tenant = await openNumberedTenant(operator, { balancePence: BALANCE });
  });

  afterAll(() => engine.stop());

  const send = (body: string | Buffer, type = 'application/json'): Promise<Answer> =>
    post(engine.url + WEBHOOK, body, { 'content-type': type, 'x-vapi-secret': engine.webhookSecret });

  describe('takes large reports (trap 12: a 10-minute call’s report exceeded the body limit and was lost)', () => {
    // what vapi.md estimates for calls of 10 minutes, an hour and four hours
    it.each([
      ['130 kB', 130_000],
      ['600 kB', 600_000],
      ['2 MB', 2 * MEGABYTE],
      ['9 MB', 9 * MEGABYTE],
    ])('%s', async (_, bytes) => {
      const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
      const callId = randomUUID();
      const answer = await deliver(
        engine,
        report(callId, call, { durationSeconds: 600, transcript: 'x'.repeat(bytes) }),
      );
      expect(answer).toMatchObject({ status: 200, body: { received: true } });
      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 560 });
      const kept = `select length(payload::text)::int as n from webhook_delivery_log where call_id = $1`;
      const [{ n } = { n: NaN }] = await sql<{ n: number }>(engine.database.url, kept, [callId]);
      expect(n).toBeLessThan(10_000); // Vapi keeps the conversation; the log doesn't
    });
  });

  it('answers 413 with a problem above the limit, and goes on', async () => {
    const strict = await startTestEngine({ webhookBodyLimitBytes: 100_000 });
    try {
      const call = (bytes: number): object => report('call', {}, { transcript: 'x'.repeat(bytes) });
      const answer = await deliver(strict, call(100_000));
      expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large', status: 413 } });
      expect(answer.type).toContain('application/problem+json');
      expect(await deliver(strict, call(90_000))).toMatchObject({ status: 200 });
    } finally {
      await strict.stop();
    }
  });

  const untouched = { balancePence: BALANCE, heldPence: 0, activeReservations: 0 };

  it.each([
    'a-type-of-the-future',
    'call.artifact.upload',
    'session.created',
    'constructor',
    '__proto__',
    'status-update ',
    'END-OF-CALL-REPORT',
  ])('answers 200 to the unknown type %p and moves nothing', async (type) => {
    const message = { ...report(randomUUID(), tenant.call, { durationSeconds: 600 }), type };
    expect(await deliver(engine, message)).toMatchObject({ status: 200, body: { received: true } });
    expect(await operator.wallet(tenant.orgId)).toMatchObject(untouched);
  });

  it.each(['scheduled', 'queued', 'deletion-failed', 'not-found', 'IN-PROGRESS', '', null, 7, ['ended']])(
    'answers 200 to the status %p and holds nothing',
    async (status) => {
      const message = { ...inProgress(randomUUID(), tenant.call), status };
      expect(await deliver(engine, message)).toMatchObject({ status: 200, body: { received: true } });
      expect(await operator.wallet(tenant.orgId)).toMatchObject(untouched);
    },
  );

  it.each<[string, string]>([
    ['no body at all', ''],
    ['half a body', '{"message":{"type":"hang"'],
    ['two bodies', '{"message":{"type":"hang"}}{}'],
    ['a list', '[{"message":{"type":"hang"}}]'],
    ['null', 'null'],
    ['a number', '1e309'],
    ['a text', '"message"'],
    ['no message', '{}'],
    ['a message that is null', '{"message":null}'],
    ['a message that is a list', '{"message":[]}'],
    ['a message without a type', '{"message":{"call":{"id":"c"}}}'],
    ['a type that is a number', '{"message":{"type":7}}'],
    ['an empty type', '{"message":{"type":""}}'],
    ['a type with U+0000', '{"message":{"type":"hang\\u0000"}}'],
    ['a type of a megabyte', JSON.stringify({ message: { type: 'x'.repeat(MEGABYTE) } })],
    ['a type that is only inherited', '{"message":{"__proto__":{"type":"hang"}}}'],
    ['50 000 levels of lists', '['.repeat(50_000) + ']'.repeat(50_000)],
  ])('answers 400 with a problem to %s', async (_, body) => {
    const before = (await operator.deliveries({})).length;
    const answer = await send(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', status: 400 } });
    expect(answer.type).toContain('application/problem+json');
    expect(await operator.deliveries({})).toHaveLength(before);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream'])(
    'answers 415 to %s',
    async (type) => {
      expect(await send('{"message":{"type":"hang"}}', type)).toMatchObject({
        status: 415,
        body: { code: 'unsupported_media_type' },
      });
    },
  );

  it.each([50_000, 100_000])('charges a report although %d levels of nesting hang on it', async (levels) => {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
    const message = JSON.stringify(report(randomUUID(), call, { durationSeconds: 61, artifact: { deep: 0 } }));
    const deep = '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
    expect(await send(`{"message":${message.replace('"deep":0', `"deep":${deep}`)}}`)).toMatchObject({ status: 200 });
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 112 });
  });

  it.each(['', '?from=vapi'])('charges a report with a field named constructor at …/webhook%s', async (query) => {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
    const message = report(randomUUID(), call, { durationSeconds: 61, artifact: { constructor: { name: 'x' } } });
    const headers = { 'content-type': 'application/json', 'x-vapi-secret': engine.webhookSecret };
    expect(await post(engine.url + WEBHOOK + query, JSON.stringify({ message }), headers)).toMatchObject({
      status: 200,
    });
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 112 });
  });

  it('takes U+0000 and lone surrogates wherever a text may stand, and charges all the same', async () => {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
    const callId = randomUUID();
    const odd = 'zero \u0000 and \ud800 half';
    const message = report(callId, call, {
      durationSeconds: 61,
      endedReason: odd,
      [odd]: odd,
      summary: odd,
      list: [odd],
    });
    expect(await deliver(engine, message, { 'user-agent': 'odd' })).toMatchObject({ status: 200 });
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 112 });
    expect((await operator.deliveries({ callId }))[0]).toMatchObject({ status: 'processed' });
  });

  it.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['a number', 7],
    ['empty', ''],
    ['with U+0000', 'call\u0000'],
    ['of 256 characters', 'x'.repeat(256)],
    ['an object', { id: 'x' }],
  ])('keeps a report whose call id is %s for the operator, as failed', async (_, id) => {
    const before = await operator.deliveries({ status: 'failed' });
    const message = { ...report('', tenant.call, { durationSeconds: 61 }), call: { ...tenant.call, id } };
    expect(await deliver(engine, message)).toMatchObject({ status: 200, body: { received: true } });
    const failed = await operator.deliveries({ status: 'failed' });
    expect(failed).toHaveLength(before.length + 1);
    expect(failed[0]).toMatchObject({ type: 'end-of-call-report', callId: null, retryAt: null });
  });

  it('answers no request with a 5xx, whatever it says of a call', async () => {
    const call = fc.record({
      id: fc.oneof(fc.string(), fc.uuid()),
      phoneNumberId: fc.oneof(fc.constant(tenant.call.phoneNumberId), fc.anything()),
      assistantId: fc.anything(),
      assistantOverrides: fc.anything(),
      metadata: fc.anything(),
      monitor: fc.anything(),
    });
    // Durations that can be charged are left out: here nothing may move.
    const message = fc.record({
      type: fc.constantFrom('status-update', 'end-of-call-report', 'hang', 'transcript'),
      status: fc.constantFrom('queued', 'ringing', 'ended', 'other'),
      timestamp: fc.anything(),
      durationSeconds: fc.constantFrom(-1, '60', null, 1e300, {}),
      startedAt: fc.anything(),
      endedAt: fc.anything(),
      endedReason: fc.anything(),
      cost: fc.anything(),
      call: fc.oneof(call, fc.anything()),
    });
    await fc.assert(
      fc.asyncProperty(message, async (anything) => {
        const { status } = await send(JSON.stringify({ message: anything }));
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 150 },
    );
  });

  it('has moved nothing of this tenant by all that', async () => {
    expect(await operator.wallet(tenant.orgId)).toMatchObject({ balancePence: BALANCE, arrearsPence: 0 });
    expect(await operator.violations()).toEqual([]);
  });

  it('still works', async () => {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
    const callId = randomUUID();
    const details: CallDetails = call;
    for (const message of [assistantRequest, inProgress, ended]) await deliver(engine, message(callId, details));
    await deliver(engine, report(callId, details, { durationSeconds: 1 }));
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 56, heldPence: 0 });
  });
});

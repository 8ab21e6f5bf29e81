import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import { lockWallet, sql, wholeDatabase } from './support/database-access';
import { DatabaseProxy } from './support/database-proxy';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, inProgress, report, type CallDetails } from './support/messages';
import { Operator, type DeliverySummary } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 10_000;

describe('the delivery log', () => {
  let engine: TestEngine;
  let operator: Operator;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  const tenant = (): Promise<NumberedTenant> => openNumberedTenant(operator, { balancePence: BALANCE });

  async function loggedOf(callId: string, type = 'end-of-call-report'): Promise<DeliverySummary> {
    const logged = await operator.deliveries({ callId, type });
    expect(logged).toHaveLength(1);
    return logged[0] as DeliverySummary;
  }

  it('has a delivery before anything is done about it', async () => {
    const { orgId, call } = await tenant();
    const callId = randomUUID();
    const unlock = await lockWallet(engine.database.url, orgId); // whoever charges must wait
    let answered = false;
    const delivering = deliver(engine, report(callId, call, { durationSeconds: 61 })).finally(() => (answered = true));
    try {
      await eventually(async () => expect((await loggedOf(callId)).status).toBe('received'), 1_900);
      expect(answered).toBe(false);
    } finally {
      await unlock();
    }
    expect(await delivering).toMatchObject({ status: 200 });
    expect(await loggedOf(callId)).toMatchObject({ status: 'processed', attempts: 1, orgId });
  });

  it('is the only reason for a 5xx: nothing durable was written', async () => {
    const database = await freshDatabase('log_without_database');
    const proxy = await DatabaseProxy.before(database.url);
    const cutOff = await startTestEngine({ databaseUrl: proxy.url });
    try {
      const owner = await openNumberedTenant(new Operator(cutOff), { balancePence: BALANCE });
      const message = report(randomUUID(), owner.call, { durationSeconds: 61 });
      proxy.become('down');
      expect(await deliver(cutOff, message)).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
      proxy.become('open');
      expect(await deliver(cutOff, message)).toMatchObject({ status: 200 }); // Vapi repeats it
      expect(await new Operator(cutOff).deliveries({})).toHaveLength(1);
      expect(await new Operator(cutOff).wallet(owner.orgId)).toMatchObject({ balancePence: BALANCE - 112 });
    } finally {
      await cutOff.stop();
      await proxy.close();
      await database.drop();
    }
  });

  it('tells what came of each, and finds them by status, type and call', async () => {
    const { orgId, call } = await tenant();
    const callId = randomUUID();
    await deliver(engine, assistantRequest(callId, call));
    await deliver(engine, inProgress(callId, call));
    await deliver(engine, { type: 'speech-update', call: { id: callId } });
    await deliver(engine, { type: 'a-future-type', call: { id: callId } });
    await deliver(engine, report(callId, call, { durationSeconds: 61, cost: 0.0394 }));
    await eventually(async () => {
      const facts = (await operator.deliveries({ callId })).map(({ type, status, attempts, error }) => [
        type,
        status,
        attempts,
        error,
      ]);
      expect(facts.reverse()).toEqual([
        ['assistant-request', 'processed', 1, null],
        ['status-update', 'processed', 1, null],
        ['speech-update', 'processed', 1, null],
        ['a-future-type', 'ignored', 1, null],
        ['end-of-call-report', 'processed', 1, null],
      ]);
    });
    expect(await operator.deliveries({ callId, status: 'ignored' })).toHaveLength(1);
    expect((await loggedOf(callId)).outcome).toMatchObject({ chargedPence: 112, seconds: 61, duplicate: false });
    expect((await operator.deliveries({ callId, status: 'processed' })).every((each) => each.orgId === orgId)).toBe(
      true,
    );
  });

  it('shows no secret, no way to control or hear a call, and no conversation, wherever they stood', async () => {
    const { call } = await tenant();
    const callId = randomUUID();
    const planted: Record<string, string> = {};
    const plant = (name: string): string => (planted[name] = `planted-${name}-${randomUUID()}`);
    const control = plant('control');
    const message = {
      ...report(callId, call, { durationSeconds: 61 }),
      transcript: plant('transcript'),
      messages: [{ role: 'user', message: plant('message') }],
      artifact: {
        transcript: plant('artifact-transcript'),
        messagesOpenAIFormatted: [{ content: plant('openai') }],
        recordingUrl: `https://storage.vapi.ai/a.wav?X-Amz-Signature=${plant('presigned')}`,
      },
      phoneNumber: { id: call.phoneNumberId, twilioAuthToken: plant('twilio') },
      assistant: {
        server: { url: 'https://x.test', secret: plant('server'), headers: { 'x-anything': plant('static-header') } },
        credentials: [{ provider: 'openai', apiKey: plant('openai-key') }],
      },
      call: {
        id: callId,
        ...call,
        monitor: {
          controlUrl: `https://calls.vapi.ai/${control}/control`,
          listenUrl: `wss://calls.vapi.ai/${plant('listen')}/listen`,
        },
        transport: { provider: 'twilio', callToken: plant('call-token') },
        webCallUrl: `https://vapi.daily.co/${plant('join')}`,
      },
    };
    const headers = {
      authorization: `Bearer ${plant('bearer')}`,
      cookie: plant('cookie'),
      'x-odd': plant('odd-header'),
    };
    const url = `${engine.url}/?token=${plant('query')}`;
    await deliver(engine, { ...message, note: `see ${url}` }, headers);
    await deliver(engine, { ...message, type: 'status-update', status: 'in-progress' }, headers);
    await deliver(engine, { ...message, type: 'a-future-type' }, headers);
    await sleep(200); // the story is written behind the answer

    const { id } = await loggedOf(callId);
    // The engine itself needs the control URL of a live call; it stands in one column, of one table.
    const everything = await wholeDatabase(engine.database.url, ['calls']);
    const shown = await (
      await fetch(`${engine.url}/api/admin/webhook-deliveries/${id}`, {
        headers: { authorization: `Bearer ${engine.adminKey}` },
      })
    ).text();
    const story = JSON.stringify(await operator.story(callId));
    for (const [name, secret] of [...Object.entries(planted), ['webhook secret', engine.webhookSecret] as const]) {
      for (const text of [everything, shown, story]) expect(text.includes(secret) ? name : null).toBeNull();
    }
    expect(everything).toContain(callId); // so the search does find what is there
    const others = await sql<{ text: string }>(
      engine.database.url,
      `select (to_jsonb(c) - 'control_url')::text as text from calls c`,
    );
    expect(others.filter(({ text }) => text.includes('planted-'))).toEqual([]);
  });

  describe('keeps a report without a usable duration as failed, and the hold stays', () => {
    const [noon, later] = ['2026-11-23T12:00:00.000Z', '2026-11-23T12:01:01.000Z'];

    it.each<[string, object, reason: string]>([
      ['no duration', {}, 'missing'],
      ['a negative one', { durationSeconds: -1 }, 'negative'],
      ['one that is a text', { durationSeconds: '61' }, 'not_a_number'],
      ['one longer than any call', { durationSeconds: 1e300 }, 'too_long'],
      ['an end before its start', { startedAt: later, endedAt: noon }, 'end_before_start'],
      [
        'a good figure, and an end before its start',
        { durationSeconds: 61, startedAt: later, endedAt: noon },
        'end_before_start',
      ],
      ['a start that is no time', { startedAt: 'noon', endedAt: later }, 'unreadable_time'],
      ['only a start', { startedAt: noon }, 'missing'],
    ])('%s', async (_, fields, reason) => {
      const { orgId, call } = await tenant();
      const callId = randomUUID();
      await deliver(engine, assistantRequest(callId, call));
      expect(await deliver(engine, report(callId, call, fields))).toMatchObject({ status: 200 });

      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE, heldPence: 280 });
      const failed = (await operator.deliveries({ status: 'failed', callId })).filter(
        (each) => each.type !== 'assistant-request',
      );
      expect(failed).toEqual([
        expect.objectContaining({ orgId, error: expect.stringContaining(reason), retryAt: null }),
      ]);

      // A replay knows no better; a correct report settles it.
      expect(await operator.replay(failed[0]!.id)).toMatchObject({ status: 'failed', attempts: 2 });
      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE, heldPence: 280 });
      await deliver(engine, report(callId, call, { durationSeconds: 61 }));
      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 });
    });

    it('1e309, which is no number any more', async () => {
      const { orgId, call } = await tenant();
      const callId = randomUUID();
      await deliver(engine, assistantRequest(callId, call));
      const body = JSON.stringify({ message: report(callId, call, { durationSeconds: 0 }) });
      const answer = await fetch(`${engine.url}/api/vapi/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-vapi-secret': engine.webhookSecret },
        body: body.replace('"durationSeconds":0', '"durationSeconds":1e309'),
      });
      expect(answer.status).toBe(200);
      const logged = await loggedOf(callId);
      expect(logged).toMatchObject({ status: 'failed', error: expect.stringContaining('not_a_number') });
      expect(await operator.replay(logged.id)).toMatchObject({ status: 'failed', error: logged.error });
      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE, heldPence: 280 });
    });
  });

  it('flags a report whose figures differ: the smaller is charged (Vapi has had days of inflated durations)', async () => {
    const [startedAt, endedAt] = ['2026-11-23T12:00:00.000Z', '2026-11-23T12:01:01.000Z'];
    for (const [durationSeconds, seconds] of [
      [600, 61],
      [55, 55],
    ] as const) {
      const { orgId, call } = await tenant();
      const callId = randomUUID();
      await deliver(engine, report(callId, call, { durationSeconds, startedAt, endedAt }));
      expect((await loggedOf(callId)).outcome).toMatchObject({
        seconds,
        flag: { kind: 'disagrees', reportedSeconds: durationSeconds, spanSeconds: 61 },
      });
      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - (seconds > 60 ? 112 : 56) });
    }
  });

  it('keeps the report of a number nobody has, and its replay charges once when the number is known', async () => {
    const orgId = await operator.openTenant({ balancePence: BALANCE });
    const call: CallDetails & { phoneNumberId: string } = { phoneNumberId: randomUUID() };
    const callId = randomUUID();
    expect(await deliver(engine, report(callId, call, { durationSeconds: 61 }))).toMatchObject({ status: 200 });
    const failed = await loggedOf(callId);
    expect(failed).toMatchObject({ status: 'failed', orgId: null, error: expect.stringContaining('organization') });
    expect((await operator.deliveries({ status: 'failed' })).map(({ id }) => id)).toContain(failed.id);

    await operator.registerNumber(orgId, call.phoneNumberId, 'an-assistant');
    const replays = await Promise.all([1, 2, 3].map(() => operator.replay(failed.id)));
    expect(replays.map(({ status }) => status)).toEqual(['processed', 'processed', 'processed']);
    expect(await operator.replay(failed.id)).toMatchObject({ status: 'processed', attempts: 5, orgId });
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 });
  });

  it('a replay of what was charged charges nothing again', async () => {
    const { orgId, call } = await tenant();
    const callId = randomUUID();
    for (const message of [assistantRequest(callId, call), inProgress(callId, call)]) await deliver(engine, message);
    await deliver(engine, report(callId, call, { durationSeconds: 187.412 }));
    for (const { id } of await operator.deliveries({ callId })) await operator.replay(id);
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 224, heldPence: 0 });
    expect((await loggedOf(callId)).outcome).toMatchObject({ chargedPence: 224, duplicate: true });
    expect(await operator.violations()).toEqual([]);
  });
});

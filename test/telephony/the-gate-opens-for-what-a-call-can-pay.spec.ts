import { createHmac, randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver, type Answer } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, ended, inProgress, report } from './support/messages';
import { Operator, type TenantTerms } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const OUT_OF_CREDIT = /out of credit/i;
const NOT_IN_SERVICE = /not in service/i;

describe('the gate', () => {
  let engine: TestEngine;
  let operator: Operator;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  const tenant = (terms: TenantTerms): Promise<NumberedTenant> => openNumberedTenant(operator, terms);
  const ask = (callId: string, { call }: Pick<NumberedTenant, 'call'>): Promise<Answer> =>
    deliver(engine, assistantRequest(callId, call));
  const capOf = ({ body }: Answer): unknown =>
    (body.assistantOverrides as { maxDurationSeconds?: number } | undefined)?.maxDurationSeconds;

  async function expectRefused(answer: Answer, sentence: RegExp): Promise<void> {
    expect(answer).toEqual({
      status: 200,
      type: expect.stringContaining('application/json'),
      body: { error: expect.stringMatching(sentence) },
    });
    // whole sentences: they are spoken
    expect(answer.body.error).toMatch(/^[A-Z].*\.$/);
  }

  it('asked once more about a live call that its client has charged holds nothing anew', async () => {
    const acme = await tenant({ balancePence: 1_000 });
    const [own, callId] = [randomUUID(), randomUUID()];
    await operator.reserve(acme.orgId, own, 5, callId);
    await ask(callId, acme);
    await deliver(engine, inProgress(callId, acme.call));
    await operator.commit(acme.orgId, own, 61);
    await expectRefused(await ask(callId, acme), /not available/);
    expect(await operator.wallet(acme.orgId)).toMatchObject({ balancePence: 888, heldPence: 0 });
  });

  it('asked once more about a call that it refused and that has hung up lets nobody in, also after a top-up', async () => {
    const poor = await tenant({ balancePence: 1 });
    const callId = randomUUID();
    await expectRefused(await ask(callId, poor), OUT_OF_CREDIT);
    await eventually(async () => expect((await operator.story(callId)).state).toBe('refused'));
    await deliver(engine, ended(callId, poor.call));
    await operator.topUp(poor.orgId, 1_000);
    await expectRefused(await ask(callId, poor), /not available/);
    expect(await operator.wallet(poor.orgId)).toMatchObject({ balancePence: 1_001, heldPence: 0 });
  });

  it('answers an accepted call exactly so', async () => {
    const acme = await tenant({ balancePence: 1_000 });
    const callId = randomUUID();
    const { status, body } = await ask(callId, acme);
    const { orgId } = acme;
    const { id: reservationId } = (
      await sql<{ id: string }>(engine.database.url, 'select id from credit_reservations where call_id = $1', [callId])
    )[0]!;
    expect(status).toBe(200);
    expect(body).toEqual({
      assistantId: acme.assistantId,
      assistantOverrides: {
        maxDurationSeconds: 1_020, // 17 minutes at 56p are 952p
        serverMessages: ['status-update', 'end-of-call-report'],
        server: {
          url: `${engine.url}/api/vapi/webhook`,
          headers: { 'X-Vapi-Secret': engine.webhookSecret },
          timeoutSeconds: 20,
          backoffPlan: {
            type: 'exponential',
            maxRetries: 10,
            baseDelaySeconds: 10,
            excludedStatusCodes: [400, 401, 403, 404],
          },
        },
        monitorPlan: { controlEnabled: true },
        metadata: {
          orgId,
          sig: createHmac('sha256', engine.webhookSecret).update(orgId).digest('hex'),
          reservationId,
        },
      },
    });
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: 1_000, heldPence: 280 });
  });

  it.each<[string, TenantTerms, capSeconds: number, heldPence: number]>([
    ['protect: what the whole wallet could pay', { balancePence: 1_000 }, 1_020, 280],
    ['strict: what its own hold pays', { balancePence: 1_000, sharing: 'strict' }, 300, 280],
    ['strict with a larger estimate', { balancePence: 1_000, sharing: 'strict', estimatedMinutes: 15 }, 900, 840],
    ['strict and short of money: the partial hold', { balancePence: 200, sharing: 'strict' }, 180, 168],
    ['protect and short of money: the same', { balancePence: 200 }, 180, 168],
    ['protect: the debt limit can be spent, too', { balancePence: 0, debtLimitPence: 560 }, 600, 280],
    ['protect: never longer than a call at Vapi can be', { balancePence: 1_000_000 }, 43_200, 280],
    ['without prepaid billing: nothing is held and nothing limits', { prepaidBilling: false }, 43_200, 0],
  ])('pushes the cap under %s', async (_, terms, capSeconds, heldPence) => {
    const { orgId, call } = await tenant(terms);
    expect(capOf(await ask(randomUUID(), { call }))).toBe(capSeconds);
    expect(await operator.wallet(orgId)).toMatchObject({ heldPence });
  });

  it('under strict, the caps of all calls together never exceed the wallet', async () => {
    const { orgId, call } = await tenant({ balancePence: 700, sharing: 'strict' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(randomUUID(), { call })));
    const caps = answers.map(capOf).filter((cap) => typeof cap === 'number');
    expect(caps.sort((a, b) => a - b)).toEqual([120, 300, 300]); // 12 minutes are 672p
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: 700, heldPence: 672 });
  });

  it('refuses a call for which there is no credit, and holds nothing', async () => {
    const broke = await tenant({ balancePence: 55 });
    const callId = randomUUID();
    await expectRefused(await ask(callId, broke), OUT_OF_CREDIT);
    expect(await operator.wallet(broke.orgId)).toMatchObject({ balancePence: 55, heldPence: 0, activeReservations: 0 });
    await eventually(async () => expect((await operator.story(callId)).state).toBe('refused'));
  });

  it('lets the same call in once credit has come', async () => {
    const broke = await tenant({ balancePence: 0 });
    const callId = randomUUID();
    await expectRefused(await ask(callId, broke), OUT_OF_CREDIT);
    await operator.topUp(broke.orgId, 56);
    expect(capOf(await ask(callId, broke))).toBe(60);
  });

  it('refuses what Vapi could not limit: less than 10 s, and gives the hold back', async () => {
    const perSecond = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };
    const nine = await tenant({ balancePence: 9, rateCard: perSecond });
    const ten = await tenant({ balancePence: 10, rateCard: perSecond });
    await expectRefused(await ask(randomUUID(), nine), OUT_OF_CREDIT);
    expect(await operator.wallet(nine.orgId)).toMatchObject({ balancePence: 9, heldPence: 0, activeReservations: 0 });
    expect(capOf(await ask(randomUUID(), ten))).toBe(10);
  });

  it('refuses a number that nobody has, whatever unsigned metadata says', async () => {
    const rich = await tenant({ balancePence: 10_000 });
    const message = assistantRequest(randomUUID(), { phoneNumberId: randomUUID() }) as { call: object };
    const claiming = { ...message, call: { ...message.call, metadata: { orgId: rich.orgId } } };
    await expectRefused(await deliver(engine, claiming), NOT_IN_SERVICE);
    expect(await operator.wallet(rich.orgId)).toMatchObject({ heldPence: 0 });
  });

  it('refuses a number the moment its release was asked for', async () => {
    const { orgId, call, assistantId } = await tenant({ balancePence: 1_000 });
    await operator.registerNumber(orgId, call.phoneNumberId, assistantId, '+14155550142');
    expect(capOf(await ask(randomUUID(), { call }))).toBeDefined();
    await operator.releaseNumber(orgId, '+14155550142');
    await expectRefused(await ask(randomUUID(), { call }), NOT_IN_SERVICE);
    expect(await operator.wallet(orgId)).toMatchObject({ heldPence: 280, activeReservations: 1 });
  });

  it('answers a repeated request alike, on the same hold', async () => {
    const acme = await tenant({ balancePence: 1_000 });
    const callId = randomUUID();
    const first = await ask(callId, acme);
    const repeats = await Promise.all(Array.from({ length: 5 }, () => ask(callId, acme)));
    expect(repeats.map(({ body }) => body)).toEqual(Array.from({ length: 5 }, () => first.body));
    expect(await operator.wallet(acme.orgId)).toMatchObject({ heldPence: 280, activeReservations: 1 });
  });

  it('asked once more after a top-up lets the call last longer, and it is known to', async () => {
    const acme = await tenant({ balancePence: 280 });
    const callId = randomUUID();
    expect(capOf(await ask(callId, acme))).toBe(300);
    const known = `select cap_seconds as cap from calls where call_id = $1`;
    const isKnown = (cap: number): Promise<void> =>
      eventually(async () => expect(await sql(engine.database.url, known, [callId])).toEqual([{ cap }]));
    await isKnown(300);
    await operator.topUp(acme.orgId, 280);
    expect(capOf(await ask(callId, acme))).toBe(600);
    await isKnown(600);
  });

  it('lets a call that has been charged not in again', async () => {
    const acme = await tenant({ balancePence: 1_000 });
    const callId = randomUUID();
    await ask(callId, acme);
    await deliver(engine, report(callId, acme.call, { durationSeconds: 61 }));
    expect((await ask(callId, acme)).body).toEqual({ error: expect.any(String) });
    expect(await operator.wallet(acme.orgId)).toMatchObject({ balancePence: 1_000 - 112, heldPence: 0 });
    expect((await operator.story(callId)).state).toBe('settled');
  });

  it('belongs to the called number: the call id of another tenant is refused and tells nothing', async () => {
    const [mine, yours] = [await tenant({ balancePence: 1_000 }), await tenant({ balancePence: 1_000 })];
    const callId = randomUUID();
    await ask(callId, yours);
    const { status, body } = await ask(callId, mine);
    expect({ status, fields: Object.keys(body) }).toEqual({ status: 200, fields: ['error'] });
    expect(await operator.wallet(mine.orgId)).toMatchObject({ heldPence: 0 });
    expect(await operator.wallet(yours.orgId)).toMatchObject({ heldPence: 280 });
  });

  it('what is said after a refusal (fixture 13) moves nothing', async () => {
    const broke = await tenant({ balancePence: 0 });
    const callId = randomUUID();
    await ask(callId, broke);
    const isRefused = async (): Promise<void> => expect((await operator.story(callId)).state).toBe('refused');
    await eventually(isRefused); // noted behind the answer
    await deliver(engine, ended(callId, broke.call));
    await isRefused();
    expect(await operator.wallet(broke.orgId)).toMatchObject({ balancePence: 0, heldPence: 0, arrearsPence: 0 });
    expect(await operator.violations()).toEqual([]);
  });
});

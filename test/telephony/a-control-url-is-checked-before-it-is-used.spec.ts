import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { ControlDesk } from './support/control-desk';
import { sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { ended, inProgress, report } from './support/messages';
import { Operator, type StoryEvent } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const SPEED = 20;
/** One penny buys one second. */
const PER_SECOND = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };

describe('the end of a call', () => {
  let desk: ControlDesk, forbidden: ControlDesk;
  let engine: TestEngine;
  let operator: Operator;

  beforeAll(async () => {
    [desk, forbidden] = await Promise.all([ControlDesk.open(), ControlDesk.open()]);
    engine = await startTestEngine({
      timeScale: SPEED,
      vapi: {
        webhookSecret: 'the-webhook-secret-of-this-test',
        hmac: null,
        apiKey: null,
        baseUrl: null,
        controlHosts: [desk.host, '.vapi.ai'],
      },
    });
    operator = new Operator(engine);
  });

  afterAll(async () => {
    await engine.stop();
    await Promise.all([desk.close(), forbidden.close()]);
  });

  /** A call that can pay for five seconds, a quarter of a second of real time. */
  async function begin(callId: string, controlUrl?: string): Promise<NumberedTenant> {
    const tenant = await openNumberedTenant(operator, { balancePence: 5, rateCard: PER_SECOND });
    await deliver(engine, inProgress(callId, { ...tenant.call, type: 'outboundPhoneCall', controlUrl }));
    return tenant;
  }

  const told = async (callId: string, kind: string): Promise<StoryEvent[]> =>
    (await operator.story(callId)).events.filter((event) => event.kind === kind);

  it('is asked for until the call is seen ended, the goodbye once, and then no more', async () => {
    const callId = randomUUID();
    // The warning and the goodbye are heard, then the control plane fails for a while.
    desk.answers.push({ status: 200 }, { status: 200 }, { status: 500 }, { status: 503 });
    const { call } = await begin(callId, desk.urlOf(callId));
    await eventually(() => expect(desk.of(callId).filter(({ type }) => type === 'end-call').length).toBeGreaterThan(3));
    expect(desk.of(callId).filter(({ endCallAfterSpoken }) => endCallAfterSpoken)).toHaveLength(1);
    expect((await told(callId, 'cut_failed')).length).toBeGreaterThanOrEqual(2);
    expect((await told(callId, 'cut')).length).toBeGreaterThanOrEqual(1);

    await deliver(engine, ended(callId, call));
    await deliver(engine, report(callId, call, { durationSeconds: 30 }));
    const asked = desk.of(callId).length;
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // 20 s of the engine's time
    expect(desk.of(callId).length - asked).toBeLessThanOrEqual(1); // one may have been on its way
  });

  it.each<[string, (callId: string) => string]>([
    ['a host that is not allowed', (id) => forbidden.urlOf(id)],
    ['an allowed host as user name', (id) => `http://${desk.host}@${forbidden.host}/${id}`],
    ['an allowed host below another', (id) => `https://calls.vapi.ai.localhost:${forbidden.host.split(':')[1]}/${id}`],
    ['this machine by another name', (id) => forbidden.urlOf(id).replace('127.0.0.1', 'localhost')],
    ['another scheme', (id) => forbidden.urlOf(id).replace('http:', 'ftp:')],
  ])('is never asked of %s', async (_, urlOf) => {
    const callId = randomUUID();
    await begin(callId, urlOf(callId));
    await eventually(async () => expect((await told(callId, 'cut_failed')).length).toBeGreaterThan(0));
    expect(forbidden.commands).toEqual([]);
    expect(desk.of(callId)).toEqual([]);
  });

  it('never follows a redirect to a host that is not allowed', async () => {
    const callId = randomUUID();
    desk.answers.push(...Array.from({ length: 3 }, () => ({ status: 307, location: forbidden.urlOf(callId) })));
    await begin(callId, desk.urlOf(callId));
    await eventually(async () => expect((await told(callId, 'cut_failed')).length).toBeGreaterThan(0));
    expect(desk.of(callId).length).toBeGreaterThan(0);
    expect(forbidden.commands).toEqual([]);
  });

  it('is told as failed while no control URL is known, and asked for as soon as one comes', async () => {
    const callId = randomUUID();
    const { orgId, call } = await begin(callId);
    await eventually(async () => expect((await told(callId, 'cut_failed')).length).toBeGreaterThan(1));
    expect(await told(callId, 'warned')).toEqual([expect.objectContaining({ said: false })]);

    await deliver(engine, inProgress(callId, { ...call, controlUrl: desk.urlOf(callId) }));
    await eventually(() => expect(desk.of(callId).map(({ type }) => type)).toContain('end-call'));
    await deliver(engine, report(callId, call, { durationSeconds: 12 }));
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: 0, heldPence: 0, arrearsPence: 7 });
  });
});

describe('a top-up during the last slice', () => {
  it('extends the call at once, not when it is looked at next', async () => {
    const desk = await ControlDesk.open();
    const engine = await startTestEngine({
      vapi: {
        webhookSecret: 'the-webhook-secret-of-this-test',
        hmac: null,
        apiKey: null,
        baseUrl: null,
        controlHosts: [desk.host],
      },
    });
    try {
      const operator = new Operator(engine);
      const { orgId, call } = await openNumberedTenant(operator, { balancePence: 50, rateCard: PER_SECOND });
      const callId = randomUUID();
      await deliver(engine, inProgress(callId, { ...call, type: 'outboundPhoneCall', controlUrl: desk.urlOf(callId) }));
      await eventually(() => expect(desk.of(callId)).toHaveLength(1)); // the first warning
      const nextLook = `select extract(epoch from next_decision_at - clock_timestamp())::float as s from calls where last_slice`;
      await eventually(async () =>
        expect((await sql<{ s: number }>(engine.database.url, nextLook))[0]?.s).toBeGreaterThan(7),
      );
      await operator.topUp(orgId, 10_000);
      // Real time: a quarter of a second is enough; half the way to the next look is a busy machine's share.
      await eventually(async () => {
        const kinds = (await operator.story(callId)).events.map(({ kind }) => kind);
        expect(kinds).toEqual(expect.arrayContaining(['warned', 'extended', 'warning_cancelled']));
      }, 7_000);
    } finally {
      await engine.stop();
      await desk.close();
    }
  });
});

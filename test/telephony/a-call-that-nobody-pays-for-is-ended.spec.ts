import { createHmac, randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { ControlDesk } from './support/control-desk';
import { sql } from './support/database-access';
import { deliver, post, STATUS_CHECK } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, ended, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { openTenantAtVapi, settingsFor, startVapi } from './support/simulated-vapi';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 10_000;

let engine: TestEngine;
let operator: Operator;
let desk: ControlDesk;
let tenant: NumberedTenant;
let callId: string;

const wallet = () => operator.wallet(tenant.orgId);
const ends = () => desk.of(callId).filter(({ type }) => type === 'end-call').length;
const endedByUs = () => eventually(() => expect(ends()).toBeGreaterThan(0));
const talking = (extra: object = { controlUrl: desk.urlOf(callId) }) =>
  deliver(engine, inProgress(callId, { ...tenant.call, type: 'outboundPhoneCall', ...extra }));
/** The timer has looked at it, and will not look again for minutes. */
const lookedAt = () =>
  eventually(async () => expect((await operator.story(callId)).events.map(({ kind }) => kind)).toContain('checked'));
const speech = (extra: object) => ({ type: 'speech-update', status: 'started', ...extra });

beforeAll(async () => {
  desk = await ControlDesk.open();
  engine = await startTestEngine({
    vapi: {
      webhookSecret: 'test-webhook-secret-0123456789',
      hmac: null,
      apiKey: null,
      baseUrl: null,
      controlHosts: [desk.host],
    },
  });
  operator = new Operator(engine);
});

afterAll(async () => {
  expect(await operator.violations()).toEqual([]);
  await engine.stop();
  await desk.close();
});

beforeEach(async () => {
  tenant = await openNumberedTenant(operator, { balancePence: BALANCE });
  callId = randomUUID();
});

describe('a live call whose hold a client closes', () => {
  it('by releasing it is ended at once, and what was talked is charged', async () => {
    await talking();
    await lookedAt();
    expect(await wallet()).toMatchObject({ heldPence: 280 });
    await operator.release(tenant.orgId, callId);
    await endedByUs();
    await deliver(engine, ended(callId, tenant.call));
    await deliver(engine, report(callId, tenant.call, { durationSeconds: 61 }));
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0, activeReservations: 0 });
    expect((await operator.story(callId)).reservation).toMatchObject({ status: 'committed', late: true });
    await deliver(engine, report(callId, tenant.call, { durationSeconds: 61 }));
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 112 });
  });

  it.each([0, 1])(
    'by charging %s s is ended at once, and stays so until the provider says it is over',
    async (seconds) => {
      await talking();
      await lookedAt();
      await operator.commit(tenant.orgId, callId, seconds);
      await eventually(() => expect(ends()).toBeGreaterThan(1));
      expect((await operator.story(callId)).state).toBe('live');
      await deliver(engine, ended(callId, tenant.call));
      await deliver(engine, report(callId, tenant.call, { durationSeconds: 61 }));
      const said = await operator.deliveries({ callId });
      expect(said.find(({ type }) => type === 'end-of-call-report')?.outcome).toMatchObject({
        duplicate: true,
        seconds: 61,
        chargedForSeconds: seconds,
      });
    },
  );

  it('by charging it is left alone where nothing is prepaid', async () => {
    tenant = await openNumberedTenant(operator, { balancePence: BALANCE, prepaidBilling: false });
    await talking();
    await operator.commit(tenant.orgId, callId, 1);
    await eventually(async () => expect((await operator.story(callId)).state).toBe('settled'));
    expect(desk.of(callId)).toEqual([]);
  });

  it('after it ended is not ended once more', async () => {
    await talking();
    await deliver(engine, ended(callId, tenant.call));
    await operator.commit(tenant.orgId, callId, 61);
    await deliver(engine, report(callId, tenant.call, { durationSeconds: 61 }));
    expect((await operator.story(callId)).state).toBe('settled');
    expect(desk.of(callId)).toEqual([]);
  });
});

describe('a call that nothing can be held for', () => {
  it('is told to end when somebody asks', async () => {
    tenant = await openNumberedTenant(operator, { balancePence: 3 });
    await talking();
    await endedByUs();
    expect(ends()).toBeGreaterThan(0);
    const headers = { 'content-type': 'application/json', 'x-vapi-secret': engine.webhookSecret };
    const asked = await post(engine.url + STATUS_CHECK, JSON.stringify({ message: { call: { id: callId } } }), headers);
    expect(asked).toMatchObject({
      status: 200,
      body: { endCall: true, effectiveBalancePence: 3, reservedPence: 0, remainingSeconds: 0 },
    });
  });
});

describe('a call whose id another tenant has reserved', () => {
  it.each([true, false])('is paid by the tenant that it belongs to, seen live: %s', async (seenLive) => {
    const other = await operator.openTenant({ balancePence: BALANCE });
    await operator.reserve(other, callId);
    if (seenLive) {
      await talking();
      expect(await wallet()).toMatchObject({ heldPence: 280 });
      await deliver(engine, ended(callId, tenant.call));
    }
    for (let i = 0; i < 2; i++) await deliver(engine, report(callId, tenant.call, { durationSeconds: 61 }));
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 });
    expect(await operator.wallet(other)).toMatchObject({ balancePence: BALANCE, heldPence: 280 });
  });

  it('is paid by the tenant that it belongs to, though the gate refused it and it was talked all the same', async () => {
    const other = await operator.openTenant({ balancePence: BALANCE });
    await operator.reserve(other, callId);
    expect((await deliver(engine, assistantRequest(callId, tenant.call))).body).toHaveProperty('error');
    await eventually(async () => expect((await operator.story(callId)).state).toBe('refused'));
    await talking();
    expect(await wallet()).toMatchObject({ heldPence: 280 });
    await deliver(engine, report(callId, tenant.call, { durationSeconds: 61 }));
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 });
    expect(await operator.wallet(other)).toMatchObject({ balancePence: BALANCE, heldPence: 280 });
  });

  it('and that cannot be paid is ended', async () => {
    await operator.reserve(await operator.openTenant({ balancePence: BALANCE }), callId);
    tenant = await openNumberedTenant(operator, { balancePence: 3 });
    await talking();
    await endedByUs();
    expect(await wallet()).toMatchObject({ balancePence: 3, heldPence: 0 });
  });
});

describe('the way to a live call', () => {
  it.each(['speech-update', 'conversation-update'])('is learnt from a %s', async (type) => {
    tenant = await openNumberedTenant(operator, { balancePence: 3 });
    await talking({});
    const call = { ...tenant.call, id: callId, type: 'outboundPhoneCall', monitor: { controlUrl: desk.urlOf(callId) } };
    await deliver(engine, { ...speech({ call }), type });
    await endedByUs();
    expect(desk.of(callId)).toContainEqual(expect.objectContaining({ type: 'end-call' }));
  });

  it('is asked for when no message told it', async () => {
    const vapi = await startVapi(1);
    const asking = await startTestEngine(settingsFor(vapi, 1));
    try {
      const boss = new Operator(asking);
      // It delivers nothing: the engine is told by hand, without the way to the call.
      const { phoneNumberId, assistantId } = await openTenantAtVapi(vapi, boss, { balancePence: 3 });
      const call = vapi.outbound({ phoneNumberId, assistantId, ringSeconds: 0 });
      await eventually(() => expect(call.startedAtMs).toBeDefined());
      const message = inProgress(call.id, { phoneNumberId, type: 'outboundPhoneCall' });
      await deliver({ url: asking.url, webhookSecret: asking.settings.vapi.webhookSecret }, message);
      await vapi.ended(call.id);
      expect(call.endedReason).not.toBe('customer-ended-call');
    } finally {
      await vapi.close();
      await asking.stop();
    }
  });
});

describe('a call whose end was told before its beginning, and whose report is lost', () => {
  const [began, over] = [new Date(Date.now() - 90_000), new Date(Date.now() - 29_000)];
  const answeredThen = () => deliver(engine, inProgress(callId, tenant.call, began));
  const endedThen = () => deliver(engine, ended(callId, tenant.call, over));

  /** Beyond the longest that it could have lasted. */
  async function wait(): Promise<void> {
    const ago = `interval '2 days'`;
    await sql(
      engine.database.url,
      `update calls set created_at = created_at - ${ago}, started_at = started_at - ${ago}, ended_at = ended_at - ${ago},
         next_decision_at = least(next_decision_at, now()) where call_id = $1`,
      [callId],
    );
    await sql(engine.database.url, `update credit_reservations set expires_at = now() where call_id = $1`, [callId]);
  }
  const charged = () =>
    eventually(async () => expect(await wallet()).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 }));

  it('is charged from both', async () => {
    await deliver(engine, assistantRequest(callId, tenant.call));
    await endedThen();
    await answeredThen();
    expect(await operator.story(callId)).toMatchObject({ state: 'ended', startedAt: began.toISOString() });
    await wait();
    expect(await operator.sweep()).toMatchObject({ committed: 1 });
    await charged();
  });

  it('is charged from both, though it came through no gate and nothing was held for it', async () => {
    await endedThen();
    await answeredThen();
    expect(await wallet()).toMatchObject({ balancePence: BALANCE, heldPence: 0 });
    await wait();
    await charged();
    await deliver(engine, report(callId, tenant.call, { durationSeconds: 61 }));
    await charged();
  });

  it('is charged from both, though the gate refused it for another tenant’s id', async () => {
    await operator.reserve(await operator.openTenant({ balancePence: BALANCE }), callId);
    await deliver(engine, assistantRequest(callId, tenant.call));
    await eventually(async () => expect((await operator.story(callId)).state).toBe('refused'));
    await endedThen();
    expect(await operator.story(callId)).toMatchObject({ state: 'refused' });
    await answeredThen();
    expect(await operator.story(callId)).toMatchObject({ state: 'ended' });
    expect(await wallet()).toMatchObject({ balancePence: BALANCE, heldPence: 0 });
    await wait();
    await charged();
  });

  it('is charged from both, though a report that made no sense was the first to say that it is over', async () => {
    await deliver(engine, assistantRequest(callId, tenant.call));
    await deliver(engine, report(callId, tenant.call, { durationSeconds: -1 }));
    await answeredThen();
    await endedThen();
    await wait();
    expect(await operator.sweep()).toMatchObject({ committed: 1 });
    await charged();
  });
});

describe('a call of which something else is heard before its answer', () => {
  const began = new Date(Date.now() - 310_000);

  it('began when it was answered, and is ended when that was too long ago', async () => {
    tenant = await openNumberedTenant(operator, { balancePence: 280 });
    const call = { ...tenant.call, id: callId, type: 'outboundPhoneCall', monitor: { controlUrl: desk.urlOf(callId) } };
    await deliver(engine, speech({ call }));
    await lookedAt();
    expect(desk.of(callId)).toEqual([]);
    await deliver(engine, inProgress(callId, tenant.call, began));
    await endedByUs();
    expect(await operator.story(callId)).toMatchObject({ state: 'live', startedAt: began.toISOString() });
    // A repeat after a transfer does not make it younger.
    await deliver(engine, inProgress(callId, tenant.call, new Date()));
    expect((await operator.story(callId)).startedAt).toBe(began.toISOString());
  });

  it('was as long as from its answer to its end, told last', async () => {
    const over = new Date(began.getTime() + 61_000);
    await deliver(engine, speech({ call: { ...tenant.call, id: callId } }));
    await deliver(engine, ended(callId, tenant.call, over));
    await deliver(engine, inProgress(callId, tenant.call, began));
    const { startedAt, endedAt } = await operator.story(callId);
    expect([startedAt, endedAt]).toEqual([began.toISOString(), over.toISOString()]);
  });
});

describe('signs of life', () => {
  const expiry = async (): Promise<number> =>
    Date.parse(String((await operator.story(callId)).reservation?.['expiresAt']));
  const message: Record<string, () => object> = {
    'a repeated in-progress': () => inProgress(callId, tenant.call),
    'a speech-update': () => speech({ call: { ...tenant.call, id: callId } }),
  };

  it.each(Object.keys(message))('%s moves the expiry', async (which) => {
    await talking();
    await lookedAt();
    await sql(
      engine.database.url,
      `update credit_reservations set expires_at = expires_at - interval '10 minutes' where call_id = $1`,
      [callId],
    );
    const before = await expiry();
    await deliver(engine, message[which]!());
    expect((await expiry()) - before).toBeGreaterThan(590_000);
  });

  it('forwarding reserves, as in-progress does', async () => {
    const call = { ...tenant.call, id: callId, type: 'outboundPhoneCall' };
    await deliver(engine, { type: 'status-update', status: 'forwarding', call });
    expect(await wallet()).toMatchObject({ heldPence: 280 });
  });
});

describe('a gate that cannot tell which call it is about', () => {
  it.each([{}, { call: {} }, { call: { id: 7 } }])('%j stays closed with a sentence', async (fields) => {
    const answer = await deliver(engine, { type: 'assistant-request', ...fields });
    expect(answer).toMatchObject({ status: 200, body: { error: expect.stringMatching(/./) } });
  });

  it('opens for signed words that name the tenant, with the assistant that the call names', async () => {
    const { orgId } = tenant;
    const sig = createHmac('sha256', engine.webhookSecret).update(orgId).digest('hex');
    const assistantId = 'an-assistant-that-nobody-registered';
    const call = { id: callId, type: 'inboundPhoneCall', assistantId, metadata: { orgId, sig } };
    expect((await deliver(engine, { type: 'assistant-request', call })).body).toMatchObject({ assistantId });
    expect(await wallet()).toMatchObject({ heldPence: 280 });
  });
});

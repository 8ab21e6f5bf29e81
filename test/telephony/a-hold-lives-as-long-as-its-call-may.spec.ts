import { randomUUID } from 'node:crypto';
import type { SimulatedCall } from '../../apps/vapi-simulator/src/index';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, ended, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { startWorld, type TenantAtVapi, type World } from './support/simulated-vapi';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 10_000;
const HALF_AN_HOUR = 1_800;
/** What the gate pushes for £100 at 56p a minute: 178 minutes. */
const CAP = 10_680;
const SLACK = 300;
const HELD = { balancePence: BALANCE, heldPence: 280, activeReservations: 1 };
const GIVEN_BACK = { balancePence: BALANCE, heldPence: 0, activeReservations: 0 };

/** Moves a call into the past: as if it had begun so much earlier, and its hold had last been renewed half an hour ago. */
async function letPass({ database }: TestEngine, callId: string, seconds: number): Promise<void> {
  const ago = `make_interval(secs => ${seconds})`;
  const times = ['created_at', 'started_at', 'ended_at'].map((column) => `${column} = ${column} - ${ago}`).join(', ');
  await sql(database.url, `update calls set ${times}, next_decision_at = null where call_id = $1`, [callId]);
  await sql(
    database.url,
    `update credit_reservations set created_at = created_at - ${ago}, expires_at = clock_timestamp() - interval '1 s'
     where call_id = $1`,
    [callId],
  );
}

const none = { expired: 0, renewed: 0, committed: 0, kept: 0 };

describe('a running call (trap 3: holds expired 30 minutes after the start)', () => {
  /** Half an hour takes a second and a half. */
  it('keeps its hold beyond 30 minutes, grows it, and is charged for all of its time', async () => {
    const engine = await startTestEngine({ timeScale: 1_200, reservationSweepSeconds: 60 });
    try {
      const operator = new Operator(engine);
      const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
      const callId = randomUUID();
      await deliver(engine, assistantRequest(callId, call));
      await deliver(engine, inProgress(callId, call));
      await new Promise((resolve) => setTimeout(resolve, 2_000)); // 40 minutes, swept every minute
      const { reservation, events } = await operator.story(callId);
      expect(reservation).toMatchObject({ status: 'active' });
      expect(Number(reservation?.reservedPence)).toBeGreaterThanOrEqual(40 * 56);
      expect(events.filter(({ kind }) => kind === 'extended').length).toBeGreaterThan(5);
      await deliver(engine, report(callId, call, { durationSeconds: 2_400 }));
      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 40 * 56, heldPence: 0 });
    } finally {
      await engine.stop();
    }
  });
});

describe('a hold that nobody renewed for 30 minutes, when Vapi can be asked', () => {
  let world: World;
  let tenant: TenantAtVapi;

  beforeEach(async () => {
    tenant = await world.openTenant({ balancePence: BALANCE });
  });

  beforeAll(async () => {
    // Of these calls the engine hears nothing after the gate.
    world = await startWorld(1, { faults: { lostPercent: 100 } });
  });

  afterAll(() => world.stop());

  async function atTheGate(script: { talkSeconds?: number; answered?: boolean }): Promise<SimulatedCall> {
    const call = world.vapi.inbound({ phoneNumberId: tenant.phoneNumberId, ringSeconds: 0.1, ...script });
    await eventually(() => expect(call.gate).toBe('accepted'));
    await eventually(async () => expect((await world.operator.story(call.id)).state).toBe('ringing'));
    expect(await world.operator.wallet(tenant.orgId)).toMatchObject(HELD);
    return call;
  }

  it('is renewed: the call is live', async () => {
    const call = await atTheGate({});
    await eventually(() => expect(call.status).toBe('in-progress'));
    await letPass(world.engine, call.id, HALF_AN_HOUR);
    expect(await world.operator.sweep()).toEqual({ ...none, renewed: 1 });
    expect(await world.operator.wallet(tenant.orgId)).toMatchObject(HELD);
    const { reservation } = await world.operator.story(call.id);
    expect(Date.parse(String(reservation?.expiresAt)) - Date.now()).toBeGreaterThan((HALF_AN_HOUR - 60) * 1_000);
    expect(await world.operator.sweep()).toEqual(none);
  });

  it('is charged from Vapi’s own times: the call has ended', async () => {
    const call = await atTheGate({ talkSeconds: 0.5 });
    await world.vapi.ended(call.id);
    await letPass(world.engine, call.id, HALF_AN_HOUR);
    expect(await world.operator.sweep()).toEqual({ ...none, committed: 1 });
    expect(await world.operator.wallet(tenant.orgId)).toMatchObject({ ...GIVEN_BACK, balancePence: BALANCE - 56 });
    expect((await world.operator.story(call.id)).reservation).toMatchObject({ status: 'committed', late: false });
  });

  it('is given back: the call never connected', async () => {
    const call = await atTheGate({ answered: false });
    await world.vapi.ended(call.id);
    await letPass(world.engine, call.id, HALF_AN_HOUR);
    expect(await world.operator.sweep()).toEqual({ ...none, expired: 1 });
    expect(await world.operator.wallet(tenant.orgId)).toMatchObject(GIVEN_BACK);
  });

  it('is kept: Vapi does not know the call (any more)', async () => {
    const callId = randomUUID();
    await deliver(world.engine, assistantRequest(callId, { phoneNumberId: tenant.phoneNumberId }));
    await eventually(async () => expect((await world.operator.story(callId)).state).toBe('ringing'));
    await letPass(world.engine, callId, HALF_AN_HOUR);
    expect(await world.operator.sweep()).toEqual({ ...none, kept: 1 });
    expect(await world.operator.wallet(tenant.orgId)).toMatchObject(HELD);
  });
});

describe.each<[string, 'unreachable' | 'unknown']>([
  ['cannot be reached', 'unreachable'],
  ['cannot be asked, for want of a key', 'unknown'],
])('a hold that nobody renewed for 30 minutes, when Vapi %s', (_, reachability) => {
  let engine: TestEngine;
  let operator: Operator;
  let tenant: NumberedTenant;
  let callId: string;

  beforeAll(async () => {
    const asked =
      reachability === 'unreachable'
        ? { apiKey: 'key', baseUrl: 'http://127.0.0.1:9' }
        : { apiKey: null, baseUrl: null };
    const vapi = { webhookSecret: 'the-webhook-secret-of-this-test', hmac: null, controlHosts: ['.vapi.ai'], ...asked };
    engine = await startTestEngine({ vapi });
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  beforeEach(async () => {
    tenant = await openNumberedTenant(operator, { balancePence: BALANCE });
    callId = randomUUID();
    await deliver(engine, assistantRequest(callId, tenant.call));
    await eventually(async () => expect((await operator.story(callId)).state).toBe('ringing'));
  });

  const state = (expected: string): Promise<void> =>
    eventually(async () => expect((await operator.story(callId)).state).toBe(expected));
  const wallet = (): Promise<object> => operator.wallet(tenant.orgId);

  it('is kept as long as the call may last, and given back after that', async () => {
    await deliver(engine, inProgress(callId, tenant.call));
    await state('live');
    await letPass(engine, callId, HALF_AN_HOUR);
    expect(await operator.sweep()).toEqual({ ...none, kept: 1 });
    await letPass(engine, callId, CAP + SLACK - HALF_AN_HOUR - 60);
    expect(await operator.sweep()).toEqual({ ...none, kept: 1 });
    expect(await wallet()).toMatchObject(HELD);
    await letPass(engine, callId, 120);
    expect(await operator.sweep()).toEqual({ ...none, expired: 1 });
    expect(await wallet()).toMatchObject(GIVEN_BACK);
  });

  it('is charged in full by a report that comes even later', async () => {
    await deliver(engine, inProgress(callId, tenant.call));
    await state('live');
    await letPass(engine, callId, CAP + SLACK + 60);
    expect(await operator.sweep()).toEqual({ ...none, expired: 1 });
    await deliver(engine, report(callId, tenant.call, { durationSeconds: 600 }));
    expect(await wallet()).toMatchObject({ ...GIVEN_BACK, balancePence: BALANCE - 560 });
    expect((await operator.story(callId)).reservation).toMatchObject({ status: 'committed', late: true });
  });

  it('is charged between the ends that messages told, if the report never comes', async () => {
    await deliver(engine, inProgress(callId, tenant.call, new Date(Date.now() - 95_000)));
    await deliver(engine, ended(callId, tenant.call, new Date(Date.now() - 5_000)));
    await state('ended');
    await letPass(engine, callId, HALF_AN_HOUR);
    expect(await operator.sweep()).toEqual({ ...none, kept: 1 });
    await letPass(engine, callId, CAP + SLACK);
    expect(await operator.sweep()).toEqual({ ...none, committed: 1 });
    expect(await wallet()).toMatchObject({ ...GIVEN_BACK, balancePence: BALANCE - 112 });
  });

  it('is given back when the call ended without ever being answered', async () => {
    await deliver(engine, ended(callId, tenant.call));
    await state('ended');
    await letPass(engine, callId, HALF_AN_HOUR);
    expect(await operator.sweep()).toEqual({ ...none, expired: 1 });
    expect(await wallet()).toMatchObject(GIVEN_BACK);
  });
});

describe('a hold that only a client knows', () => {
  it('expires 30 minutes after the last sign of life', async () => {
    const engine = await startTestEngine();
    try {
      const operator = new Operator(engine);
      const orgId = await operator.openTenant({ balancePence: BALANCE });
      const callId = randomUUID();
      await operator.reserve(orgId, callId);
      expect(await operator.sweep()).toEqual(none);
      await letPass(engine, callId, HALF_AN_HOUR);
      expect(await operator.sweep()).toEqual({ ...none, expired: 1 });
      expect(await operator.wallet(orgId)).toMatchObject(GIVEN_BACK);
      expect(await operator.violations()).toEqual([]);
    } finally {
      await engine.stop();
    }
  });
});

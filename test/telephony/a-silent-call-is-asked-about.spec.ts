import { randomUUID } from 'node:crypto';
import { SimulatedClock } from '../../apps/vapi-simulator/src/index';
import { startTestEngine, type TestEngine } from '../support/engine';
import { CallRecords } from './support/call-records';
import { ControlDesk } from './support/control-desk';
import { sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, ended } from './support/messages';
import { Operator, type Story, type Wallet } from './support/operator';
import { startWorld, type World } from './support/simulated-vapi';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

/** Half a minute, after which nobody has said that the call was answered, takes a second. */
const SPEED = 30;
const SLICE = 280;

describe('calls of which nothing is heard after the gate', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld(SPEED, { faults: { lostPercent: 100 } });
  });

  afterAll(() => world.stop());

  it('that share a wallet are ended when it is used up: their caps together are more than it holds', async () => {
    const { vapi, operator } = world;
    const { orgId, phoneNumberId } = await world.openTenant({ balancePence: 2 * SLICE, sharing: 'protect' });
    const calls = [1, 2].map(() => vapi.inbound({ phoneNumberId, ringSeconds: 0, talkSeconds: 900 }));
    await Promise.all(calls.map(({ id }) => vapi.ended(id)));
    for (const { id, talkedMs } of calls) {
      const { events, reservation } = await eventually(async () => {
        const story = await operator.story(id);
        expect(story.state).toBe('settled');
        return story;
      });
      expect(events.map(({ kind }) => kind)).toContain('answered');
      expect(talkedMs).toBeGreaterThanOrEqual(Number(reservation?.grantedSeconds) * 1_000);
    }
    // What the second call may do is limited by Vapi; the first may run into one more minute during one round trip.
    expect((await operator.wallet(orgId)).arrearsPence).toBeLessThanOrEqual(56);
    expect(await operator.violations()).toEqual([]);
  }, 60_000);
});

describe('a call that was let in and of which nothing more is heard', () => {
  let vapi: CallRecords;
  let desk: ControlDesk;
  let engine: TestEngine;
  let operator: Operator;
  const clock = new SimulatedClock(SPEED);
  const secondsAgo = (seconds: number): Date => new Date(clock.nowMs() - seconds * 1_000);

  beforeAll(async () => {
    [vapi, desk] = await Promise.all([CallRecords.open(), ControlDesk.open()]);
    const webhookSecret = 'the-webhook-secret-of-this-test';
    engine = await startTestEngine({
      timeScale: SPEED,
      vapi: { webhookSecret, hmac: null, apiKey: 'key', baseUrl: vapi.url, controlHosts: [desk.host] },
    });
    operator = new Operator(engine);
  });

  afterAll(async () => {
    await engine.stop();
    await Promise.all([vapi.close(), desk.close()]);
  });

  interface LetIn {
    readonly tenant: NumberedTenant;
    readonly callId: string;
  }

  async function letIn(): Promise<LetIn> {
    const tenant = await openNumberedTenant(operator, { balancePence: 1_000 });
    const callId = randomUUID();
    expect((await deliver(engine, assistantRequest(callId, tenant.call))).body).toHaveProperty('assistantId');
    return { tenant, callId };
  }

  const becomes = (callId: string, state: string): Promise<Story> =>
    eventually(async () => {
      const story = await operator.story(callId);
      expect(story.state).toBe(state);
      return story;
    });
  const asked = (callId: string): number => vapi.asked.filter((id) => id === callId).length;
  const wallet = ({ tenant }: LetIn): Promise<Wallet> => operator.wallet(tenant.orgId);

  it('is charged from Vapi’s record when it is over, and given back when it never connected', async () => {
    const [over, unconnected] = await Promise.all([letIn(), letIn()]);
    vapi.ended(over.callId, secondsAgo(61), secondsAgo(0));
    vapi.ended(unconnected.callId, undefined, secondsAgo(0));
    await Promise.all([becomes(over.callId, 'settled'), becomes(unconnected.callId, 'settled')]);
    expect(await wallet(over)).toMatchObject({ balancePence: 1_000 - 112, heldPence: 0 });
    expect(await wallet(unconnected)).toMatchObject({ balancePence: 1_000, heldPence: 0 });
  });

  it('is asked about again while it rings or Vapi cannot tell, and followed from its answer on', async () => {
    const call = await letIn();
    await eventually(() => expect(asked(call.callId)).toBe(1)); // answered with an error
    vapi.live(call.callId, 'ringing');
    await eventually(() => expect(asked(call.callId)).toBe(2));
    expect((await operator.story(call.callId)).state).toBe('ringing');
    const startedAt = secondsAgo(250);
    vapi.live(call.callId, 'in-progress', startedAt, desk.urlOf(call.callId));
    const story = await becomes(call.callId, 'live');
    expect(Date.parse(story.startedAt ?? '')).toBe(startedAt.getTime());
    // 250 s of 300 are over: it is near its end, and extended.
    await eventually(async () => expect((await wallet(call)).heldPence).toBeGreaterThan(SLICE));
  });

  it('is ended when the answer to the question shows that its credit is used up', async () => {
    const call = await letIn();
    vapi.live(call.callId, 'in-progress', secondsAgo(3_600), desk.urlOf(call.callId));
    await eventually(() => expect(desk.of(call.callId).map(({ type }) => type)).toContain('end-call'));
  });

  it('is not asked about for longer than it may last', async () => {
    const { callId } = await letIn();
    const long = `interval '4 hours'`;
    await sql(engine.database.url, `update calls set created_at = created_at - ${long} where call_id = $1`, [callId]);
    await eventually(() => expect(asked(callId)).toBe(1));
    await eventually(async () => {
      const [row] = await sql(engine.database.url, 'select next_decision_at from calls where call_id = $1', [callId]);
      expect(row).toEqual({ next_decision_at: null });
    });
    expect((await operator.story(callId)).reservation).toMatchObject({ status: 'active' }); // the expiry's business
  });

  describe('because only a client reserved for it', () => {
    /** As if its hold had been made half an hour ago. */
    const EXPIRE = 'update credit_reservations set expires_at = created_at where call_id = $1';

    async function reserveAndExpire(orgId: string, vapiCallId: string): Promise<string> {
      const callId = randomUUID();
      await operator.reserve(orgId, callId, 5, vapiCallId);
      await sql(engine.database.url, EXPIRE, [callId]);
      return callId;
    }

    it('is followed when Vapi says at the expiry that it is live', async () => {
      const { orgId, call } = await openNumberedTenant(operator, { balancePence: 1_000 });
      const vapiCallId = randomUUID();
      vapi.live(vapiCallId, 'in-progress', secondsAgo(250), desk.urlOf(vapiCallId), call.phoneNumberId);
      await reserveAndExpire(orgId, vapiCallId);
      expect(await operator.sweep()).toMatchObject({ renewed: 1, expired: 0 });
      await becomes(vapiCallId, 'live');
      await eventually(async () => expect((await operator.wallet(orgId)).heldPence).toBeGreaterThan(SLICE));
    });

    it('is charged when Vapi says at the expiry that it is over', async () => {
      const { orgId, call } = await openNumberedTenant(operator, { balancePence: 1_000 });
      const vapiCallId = randomUUID();
      vapi.ended(vapiCallId, secondsAgo(61), secondsAgo(0), call.phoneNumberId);
      await reserveAndExpire(orgId, vapiCallId);
      expect(await operator.sweep()).toMatchObject({ committed: 1, expired: 0 });
      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: 1_000 - 112, heldPence: 0 });
    });

    it('is given back when Vapi’s record names another tenant: a call’s name is no claim to it', async () => {
      const [owner, other] = [await openNumberedTenant(operator), await operator.openTenant({ balancePence: 1_000 })];
      const vapiCallId = randomUUID();
      vapi.live(vapiCallId, 'in-progress', secondsAgo(250), desk.urlOf(vapiCallId), owner.call.phoneNumberId);
      await reserveAndExpire(other, vapiCallId);
      expect(await operator.sweep()).toMatchObject({ renewed: 0, expired: 1 });
      const followed = await sql(engine.database.url, 'select 1 from calls where call_id = $1', [vapiCallId]);
      expect(followed).toEqual([]);
    });

    it('is given back when its gate had refused it: it never started', async () => {
      const { orgId, call } = await openNumberedTenant(operator);
      const callId = randomUUID();
      await deliver(engine, assistantRequest(callId, call));
      await becomes(callId, 'refused');
      await operator.topUp(orgId, 1_000);
      await operator.reserve(orgId, callId);
      await sql(engine.database.url, EXPIRE, [callId]);
      expect(await operator.sweep()).toMatchObject({ kept: 0, expired: 1 });
      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: 1_000, heldPence: 0 });
    });

    it('is given back when the call of its very id is another tenant’s, however long that was talked', async () => {
      const [owner, other] = [await openNumberedTenant(operator), await operator.openTenant({ balancePence: 1_000 })];
      const callId = randomUUID();
      await deliver(engine, ended(callId, owner.call));
      vapi.ended(callId, secondsAgo(61), secondsAgo(0), owner.call.phoneNumberId);
      await operator.reserve(other, callId);
      await sql(engine.database.url, EXPIRE, [callId]);
      expect(await operator.sweep()).toMatchObject({ committed: 0, expired: 1 });
      expect(await operator.wallet(other)).toMatchObject({ balancePence: 1_000, heldPence: 0 });
    });
  });
});

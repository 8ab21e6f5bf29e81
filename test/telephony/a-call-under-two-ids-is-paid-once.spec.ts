import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver, post, STATUS_CHECK } from './support/deliver';
import { assistantRequest, ended, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { startWorld, type World } from './support/simulated-vapi';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 10_000;
const HELD = { balancePence: BALANCE, heldPence: 280, activeReservations: 1 };
const CHARGED = { balancePence: BALANCE - 112, heldPence: 0, activeReservations: 0 };

/** A client of the old engine goes on reserving under ids of its own, while webhooks come in for the same calls. */
describe('a call that a client and the gate both reserve for', () => {
  let engine: TestEngine;
  let operator: Operator;
  let tenant: NumberedTenant;
  let own: string;
  let vapis: string;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(async () => {
    expect(await operator.violations()).toEqual([]);
    await engine.stop();
  });

  beforeEach(async () => {
    tenant = await openNumberedTenant(operator, { balancePence: BALANCE });
    [own, vapis] = [randomUUID(), randomUUID()];
  });

  const wallet = () => operator.wallet(tenant.orgId);
  const bill = (path: string, body: object) => operator.bill(tenant.orgId, path, body);
  const byWebhook = async (seconds: number): Promise<void> => {
    await deliver(engine, assistantRequest(vapis, tenant.call));
    await deliver(engine, inProgress(vapis, tenant.call));
    expect(await wallet()).toMatchObject(HELD);
    await deliver(engine, ended(vapis, tenant.call));
    await deliver(engine, report(vapis, tenant.call, { durationSeconds: seconds }));
  };

  it('client first: is let in on its hold', async () => {
    await operator.reserve(tenant.orgId, own, 5, vapis);
    await byWebhook(61);
    expect(await wallet()).toMatchObject(CHARGED);
    const repeat = await bill('commit-credits', { callId: own, actualDurationSeconds: 61 });
    expect(repeat.body).toMatchObject({ callId: own, duplicate: true, chargedPence: 112 });
    expect(await wallet()).toMatchObject(CHARGED);
  });

  it('gate first: the client is told of the hold that is there, and holds nothing more, however often it asks', async () => {
    await deliver(engine, assistantRequest(vapis, tenant.call));
    for (let i = 0; i < 2; i++) {
      const reserved = await bill('reserve-credits', { callId: own, vapiCallId: vapis });
      expect(reserved).toMatchObject({ status: 200, body: { callId: own, duplicate: true, reservedPence: 280 } });
      expect(reserved.body).toMatchObject({ status: 'active', grantedSeconds: 300 });
    }
    await byWebhook(61);
    expect(await wallet()).toMatchObject(CHARGED);
    const repeat = await bill('commit-credits', { callId: own, actualDurationSeconds: 75 });
    expect(repeat.body).toMatchObject({ callId: own, duplicate: true, chargedPence: 112, billedSeconds: 120 });
    expect(await wallet()).toMatchObject(CHARGED);
  });

  it('gate first: the client may charge it by its own id; the report is then the repeat', async () => {
    await deliver(engine, assistantRequest(vapis, tenant.call));
    await bill('reserve-credits', { callId: own, vapiCallId: vapis });
    const charged = await bill('commit-credits', { callId: own, actualDurationSeconds: 61 });
    expect(charged.body).toMatchObject({ callId: own, duplicate: false, chargedPence: 112, releasedPence: 168 });
    await deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 }));
    expect(await wallet()).toMatchObject(CHARGED);
  });

  it('gate first: the client may release it by its own id, and again', async () => {
    await deliver(engine, assistantRequest(vapis, tenant.call));
    await bill('reserve-credits', { callId: own, vapiCallId: vapis });
    for (const duplicate of [false, true]) {
      const released = await bill('release-credits', { callId: own });
      expect(released.body).toEqual({ callId: own, status: 'released', releasedPence: 280, duplicate });
      expect(await wallet()).toMatchObject({ balancePence: BALANCE, heldPence: 0, activeReservations: 0 });
    }
  });

  it('released by the client before its gate asked: a repeated release leaves alone what the gate holds', async () => {
    await operator.reserve(tenant.orgId, own, 5, vapis);
    await operator.release(tenant.orgId, own);
    await deliver(engine, assistantRequest(vapis, tenant.call));
    expect((await bill('release-credits', { callId: own })).body).toMatchObject({ duplicate: true });
    expect(await wallet()).toMatchObject(HELD);
  });

  it.each([
    ['its gate', assistantRequest],
    ['its first message', inProgress],
  ])('client and %s at the very same moment: one of them holds', async (_, message) => {
    for (let i = 0; i < 16; i++) {
      tenant = await openNumberedTenant(operator, { balancePence: BALANCE });
      [own, vapis] = [randomUUID(), randomUUID()];
      const both = [
        () => deliver(engine, message(vapis, tenant.call)),
        () => bill('reserve-credits', { callId: own, vapiCallId: vapis }),
      ];
      if (i % 2 === 1) both.reverse();
      await Promise.all(both.map((reserve) => reserve()));
      expect(await wallet()).toMatchObject(HELD);
      await deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 }));
      await bill('commit-credits', { callId: own, actualDurationSeconds: 61 });
      expect(await wallet()).toMatchObject(CHARGED);
    }
  });

  it('client first, without the provider’s id: naming it when the call is held already gives the first hold back', async () => {
    await bill('reserve-credits', { callId: own });
    await deliver(engine, inProgress(vapis, tenant.call));
    expect(await wallet()).toMatchObject({ heldPence: 560 });
    for (let i = 0; i < 2; i++) {
      const named = await bill('reserve-credits', { callId: own, vapiCallId: vapis });
      expect(named.body).toMatchObject({ callId: own, heldAs: vapis, status: 'active', effectiveBalancePence: 9_720 });
      expect(await wallet()).toMatchObject(HELD);
    }
    await deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 }));
    const repeat = await bill('commit-credits', { callId: own, actualDurationSeconds: 61 });
    expect(repeat.body).toMatchObject({ callId: own, duplicate: true, chargedPence: 112 });
    expect(await wallet()).toMatchObject(CHARGED);
  });

  it('client first, for another call: naming one that is held already gives back nothing', async () => {
    await operator.reserve(tenant.orgId, own, 5, randomUUID());
    await deliver(engine, inProgress(vapis, tenant.call));
    const named = await bill('reserve-credits', { callId: own, vapiCallId: vapis });
    expect(named.body).toMatchObject({ heldAs: own, status: 'active', duplicate: true });
    expect(await wallet()).toMatchObject({ heldPence: 560, activeReservations: 2 });
  });

  it('client first, without the provider’s id: naming it when its own hold was given back keeps the first', async () => {
    await bill('reserve-credits', { callId: own });
    await operator.reserve(tenant.orgId, vapis);
    await operator.release(tenant.orgId, vapis);
    const named = await bill('reserve-credits', { callId: own, vapiCallId: vapis });
    expect(named.body).toMatchObject({ heldAs: own, status: 'active', duplicate: true });
    expect(await wallet()).toMatchObject(HELD);
  });

  it('client first: is let in on its hold, also when another tenant named the same call before', async () => {
    const other = await operator.openTenant({ balancePence: BALANCE });
    await operator.reserve(other, randomUUID(), 5, vapis);
    await operator.reserve(tenant.orgId, own, 5, vapis);
    await byWebhook(61);
    await bill('commit-credits', { callId: own, actualDurationSeconds: 61 });
    expect(await wallet()).toMatchObject(CHARGED);
    expect(await operator.wallet(other)).toMatchObject(HELD);
  });

  it('gate first: the client may release it by its own id', async () => {
    await deliver(engine, assistantRequest(vapis, tenant.call));
    await bill('reserve-credits', { callId: own, vapiCallId: vapis });
    for (const duplicate of [false, true]) {
      const released = await bill('release-credits', { callId: own });
      expect(released).toMatchObject({ status: 200, body: { callId: own, releasedPence: 280, duplicate } });
    }
    expect(await wallet()).toMatchObject({ balancePence: BALANCE, heldPence: 0, activeReservations: 0 });
  });

  it('client first, who gave its hold back before the gate asked: a repeat takes nothing from the call', async () => {
    await operator.reserve(tenant.orgId, own, 5, vapis);
    await operator.release(tenant.orgId, own);
    await deliver(engine, assistantRequest(vapis, tenant.call));
    const repeat = await bill('release-credits', { callId: own });
    expect(repeat).toMatchObject({ status: 200, body: { callId: own, duplicate: true } });
    expect(await wallet()).toMatchObject(HELD);
  });

  it('gate first: a poller may ask by either id', async () => {
    await deliver(engine, assistantRequest(vapis, tenant.call));
    await deliver(engine, inProgress(vapis, tenant.call));
    await bill('reserve-credits', { callId: own, vapiCallId: vapis });
    for (const id of [own, vapis]) {
      const headers = { 'content-type': 'application/json', 'x-vapi-secret': engine.webhookSecret };
      const asked = await post(engine.url + STATUS_CHECK, JSON.stringify({ message: { call: { id } } }), headers);
      expect(asked.body).toMatchObject({ endCall: false, reservedPence: 280 });
    }
  });

  it.each([
    ['before', [0, 1]],
    ['after', [1, 0]],
  ])(
    'client first, who names the provider’s id when that is held: is charged by the client %s the report',
    async (_, order) => {
      await operator.reserve(tenant.orgId, own);
      await deliver(engine, assistantRequest(vapis, tenant.call));
      expect(await wallet()).toMatchObject({ heldPence: 560, activeReservations: 2 });
      for (let i = 0; i < 2; i++) {
        const named = await bill('reserve-credits', { callId: own, vapiCallId: vapis });
        expect(named).toMatchObject({ status: 200, body: { callId: own, duplicate: true, status: 'active' } });
        expect(await wallet()).toMatchObject(HELD);
      }
      const charge = [
        () => bill('commit-credits', { callId: own, actualDurationSeconds: 61 }),
        () => deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 })),
      ];
      for (const by of order) expect(await charge[by]!()).toMatchObject({ status: 200 });
      expect(await wallet()).toMatchObject(CHARGED);
    },
  );

  it('over before its client names it: is charged once by both, and nothing stays held', async () => {
    await deliver(engine, ended(vapis, tenant.call));
    await operator.reserve(tenant.orgId, own, 5, vapis);
    await deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 }));
    expect(await wallet()).toMatchObject(CHARGED);
    const repeat = await bill('commit-credits', { callId: own, actualDurationSeconds: 61 });
    expect(repeat.body).toMatchObject({ callId: own, duplicate: true, chargedPence: 112 });
    expect(await wallet()).toMatchObject(CHARGED);
  });

  it('client first, and once more under the provider’s id when that is charged: is told so, and holds nothing', async () => {
    await operator.reserve(tenant.orgId, own, 5, vapis);
    await deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 }));
    const again = await bill('reserve-credits', { callId: vapis, vapiCallId: vapis });
    expect(again).toMatchObject({ status: 200, body: { heldAs: own, duplicate: true, status: 'committed' } });
    expect(await wallet()).toMatchObject(CHARGED);
    const repeat = await bill('commit-credits', { callId: vapis, actualDurationSeconds: 61 });
    expect(repeat.body).toMatchObject({ callId: vapis, duplicate: true, chargedPence: 112 });
    expect(await wallet()).toMatchObject(CHARGED);
  });

  it('held under an id of its own, for another tenant has the provider’s: its client who names it holds nothing more', async () => {
    await operator.reserve(await operator.openTenant({ balancePence: BALANCE }), vapis);
    await deliver(engine, inProgress(vapis, { ...tenant.call, type: 'outboundPhoneCall' }));
    const named = await bill('reserve-credits', { callId: own, vapiCallId: vapis });
    expect(named.body).toMatchObject({ duplicate: true, heldAs: `${vapis}@${tenant.orgId}` });
    expect(await wallet()).toMatchObject(HELD);
    await deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 }));
    await bill('commit-credits', { callId: own, actualDurationSeconds: 61 });
    expect(await wallet()).toMatchObject(CHARGED);
  });

  it('a call that its client charged before the gate asked was another one: it is let in on a hold of its own', async () => {
    await operator.reserve(tenant.orgId, own, 5, vapis);
    await operator.commit(tenant.orgId, own, 0.5);
    expect((await deliver(engine, assistantRequest(vapis, tenant.call))).body).toHaveProperty('assistantId');
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 56, heldPence: 280 });
    await deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 }));
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 56 - 112, heldPence: 0 });
    expect(await operator.violations()).toEqual([]);
  });

  it('named by its client at the very moment when its report is charged: is charged once', async () => {
    for (let i = 0; i < 16; i++) {
      tenant = await openNumberedTenant(operator, { balancePence: BALANCE });
      [own, vapis] = [randomUUID(), randomUUID()];
      const both = [
        () => deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 })),
        () => bill('reserve-credits', { callId: own, vapiCallId: vapis }),
      ];
      if (i % 2 === 1) both.reverse();
      await Promise.all(both.map((one) => one()));
      await bill('commit-credits', { callId: own, actualDurationSeconds: 61 });
      expect(await wallet()).toMatchObject(CHARGED);
    }
  });

  it('no message told of it: a poller may ask by either id all the same', async () => {
    await operator.reserve(tenant.orgId, vapis, 5);
    await operator.reserve(tenant.orgId, own, 5, vapis);
    for (const id of [own, vapis]) {
      const headers = { 'content-type': 'application/json', 'x-vapi-secret': engine.webhookSecret };
      const asked = await post(engine.url + STATUS_CHECK, JSON.stringify({ message: { call: { id } } }), headers);
      expect(asked.body).toMatchObject({ endCall: false, reservedPence: 280 });
    }
  });

  it('is charged and released by the provider’s id as by its own', async () => {
    await operator.reserve(tenant.orgId, own, 5, vapis);
    const charged = await bill('commit-credits', { callId: vapis, actualDurationSeconds: 61 });
    expect(charged.body).toMatchObject({ callId: vapis, duplicate: false, chargedPence: 112, releasedPence: 168 });
    const repeat = await bill('commit-credits', { callId: own, actualDurationSeconds: 61 });
    expect(repeat.body).toMatchObject({ callId: own, duplicate: true, chargedPence: 112 });
    expect(await wallet()).toMatchObject(CHARGED);

    const [other, others] = [randomUUID(), randomUUID()];
    await operator.reserve(tenant.orgId, other, 5, others);
    expect((await bill('release-credits', { callId: others })).body).toMatchObject({
      callId: others,
      releasedPence: 280,
    });
    expect(await wallet()).toMatchObject(CHARGED);
  });

  it('is found by the provider’s id also where an operator does not say whose it is', async () => {
    const asOperator = (path: string, body: object) =>
      post(`${engine.url}/${path}`, JSON.stringify(body), {
        'content-type': 'application/json',
        authorization: `Bearer ${engine.adminKey}`,
      });
    await operator.reserve(tenant.orgId, own, 5, vapis);
    const seconds = { p_call_id: vapis, p_actual_duration_seconds: 61 };
    const charged = await asOperator('rest/v1/rpc/commit_reserved_credits', seconds);
    expect(charged.body).toMatchObject({ success: true, duplicate: false, actual_cost_pence: 112 });
    expect(await wallet()).toMatchObject(CHARGED);

    const [other, others] = [randomUUID(), randomUUID()];
    await operator.reserve(tenant.orgId, other, 5, others);
    const released = await asOperator('api/billing/release-credits', { callId: others });
    expect(released.body).toMatchObject({ callId: others, releasedPence: 280, duplicate: false });
    expect(await wallet()).toMatchObject(CHARGED);
  });
});

describe('a second hold for a call that is followed already', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld(1);
  });

  afterAll(() => world.stop());

  it('is given back when it expires, not charged with what the provider says of the call', async () => {
    const tenant = await world.openTenant({ balancePence: BALANCE });
    const call = world.vapi.outbound({ ...tenant, ringSeconds: 0, talkSeconds: 1 });
    await world.vapi.ended(call.id);
    await world.vapi.idle();
    expect(await world.operator.wallet(tenant.orgId)).toMatchObject({ balancePence: BALANCE - 56, heldPence: 0 });
    // As an engine before this one, or two replicas at the very same moment, would have left it.
    const own = randomUUID();
    await world.operator.reserve(tenant.orgId, own);
    await sql(
      world.engine.database.url,
      `update credit_reservations set vapi_call_id = $2, expires_at = clock_timestamp() - interval '1 s' where call_id = $1`,
      [own, call.id],
    );
    expect(await world.operator.sweep()).toMatchObject({ expired: 1, committed: 0 });
    expect(await world.operator.wallet(tenant.orgId)).toMatchObject({ balancePence: BALANCE - 56, heldPence: 0 });
  });
});

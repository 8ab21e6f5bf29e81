import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver } from './support/deliver';
import { inProgress } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 10_000;

/** A client sends the same `vapiCallId` for all its calls: a constant, or what it knows before Vapi has answered. */
describe('calls that only share what their client calls them at Vapi', () => {
  let engine: TestEngine;
  let operator: Operator;
  let tenant: NumberedTenant;
  let [name, first, second] = ['', '', ''];

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(async () => {
    await engine.stop();
  });

  beforeEach(async () => {
    tenant = await openNumberedTenant(operator, { balancePence: BALANCE });
    [name, first, second] = [randomUUID(), randomUUID(), randomUUID()];
  });

  const reserve = (callId: string) => operator.reserve(tenant.orgId, callId, 5, name);
  const commit = (callId: string, actualDurationSeconds: number) =>
    operator.bill(tenant.orgId, 'commit-credits', { callId, actualDurationSeconds });
  const wallet = () => operator.wallet(tenant.orgId);

  async function expire(callId: string): Promise<void> {
    await sql(engine.database.url, 'update credit_reservations set expires_at = now() where call_id = $1', [callId]);
    expect(await operator.sweep()).toMatchObject({ expired: 1 });
  }

  it('are each charged', async () => {
    for (const callId of [first, second]) {
      await reserve(callId);
      await commit(callId, 61);
    }
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 224, heldPence: 0 });
  });

  it('are each charged, though one had expired when the other was held', async () => {
    await reserve(first);
    await expire(first);
    await reserve(second);
    expect((await commit(first, 61)).body).toMatchObject({ duplicate: false, late: true, chargedPence: 112 });
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 112, heldPence: 280 });
    expect((await commit(second, 300)).body).toMatchObject({ duplicate: false, late: false, chargedPence: 280 });
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 392, heldPence: 0 });
  });

  it('are each charged, though one was charged when the other expired', async () => {
    await reserve(first);
    await commit(first, 1);
    await reserve(second);
    await expire(second);
    expect((await commit(second, 600)).body).toMatchObject({ duplicate: false, late: true, chargedPence: 560 });
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 616, heldPence: 0 });
  });

  it('are each charged, though a hold under that very name had expired', async () => {
    await reserve(name);
    await expire(name);
    await reserve(first);
    await commit(first, 1);
    await reserve(second);
    expect((await commit(second, 120)).body).toMatchObject({ duplicate: false, chargedPence: 112 });
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 168, heldPence: 0 });
  });

  it('are charged once by that name, though they were held at one instant', async () => {
    for (let i = 0; i < 4; i += 1) {
      const [label, ...held] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
      for (const callId of held) await operator.reserve(tenant.orgId, callId, 5, label);
      await sql(engine.database.url, 'update credit_reservations set created_at = now() where vapi_call_id = $1', [
        label,
      ]);
      const byLabel = () => operator.bill(tenant.orgId, 'commit-credits', { callId: label, actualDurationSeconds: 61 });
      expect((await byLabel()).body).toMatchObject({ duplicate: false, chargedPence: 112 });
      expect((await byLabel()).body).toMatchObject({ duplicate: true, chargedPence: 112 });
      expect((await byLabel()).body).toMatchObject({ duplicate: true, chargedPence: 112 });
    }
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 4 * 112 });
  });

  it('stay what they are: committing one that was released charges none', async () => {
    await reserve(first);
    await operator.release(tenant.orgId, first);
    await reserve(second);
    expect(await commit(first, 61)).toMatchObject({ status: 404, body: { code: 'no_active_reservation' } });
    expect(await wallet()).toMatchObject({ balancePence: BALANCE, heldPence: 280 });
  });

  it('stay held: releasing one of them twice gives no other back', async () => {
    for (const callId of [first, second]) await reserve(callId);
    for (let i = 0; i < 2; i++) await operator.release(tenant.orgId, first);
    expect(await wallet()).toMatchObject({ balancePence: BALANCE, heldPence: 280, activeReservations: 1 });
  });

  it('committed by that name, the oldest is charged, and a repeat charges no other', async () => {
    await reserve(first);
    await reserve(second);
    for (const duplicate of [false, true])
      expect((await commit(name, 61)).body).toMatchObject({ callId: name, duplicate, chargedPence: 112 });
    expect(await wallet()).toMatchObject({ balancePence: BALANCE - 112, heldPence: 280 });
  });

  it('and one was released: the call at Vapi is paid by the one that is held', async () => {
    await reserve(first);
    await operator.release(tenant.orgId, first);
    await reserve(second);
    await deliver(engine, inProgress(name, { ...tenant.call, type: 'outboundPhoneCall' }));
    expect(await wallet()).toMatchObject({ balancePence: BALANCE, heldPence: 280 });
    expect(await operator.story(name)).toMatchObject({ reservation: { callId: second, status: 'active' } });
  });
});

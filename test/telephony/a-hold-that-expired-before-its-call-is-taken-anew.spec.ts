import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver } from './support/deliver';
import { assistantRequest, ended, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 10_000;
const HELD = { balancePence: BALANCE, heldPence: 280, activeReservations: 1 };
const CHARGED = { balancePence: BALANCE - 112, heldPence: 0, activeReservations: 0 };

/** A call that was created long before it is dialled: its client reserved then. */
describe('a call whose hold expired before it began', () => {
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
  const talking = () => deliver(engine, inProgress(vapis, { ...tenant.call, type: 'outboundPhoneCall' }));
  const reported = () => deliver(engine, report(vapis, tenant.call, { durationSeconds: 61 }));
  const charge = (callId: string) =>
    operator.bill(tenant.orgId, 'commit-credits', { callId, actualDurationSeconds: 61 });

  async function reservedTooEarly(callId: string): Promise<void> {
    await operator.reserve(tenant.orgId, callId, 5, vapis);
    await sql(engine.database.url, 'update credit_reservations set expires_at = now() where call_id = $1', [callId]);
    expect(await operator.sweep()).toMatchObject({ expired: 1 });
  }

  it('is let in by its gate on a new one, and charged once by both', async () => {
    await reservedTooEarly(own);
    await deliver(engine, assistantRequest(vapis, tenant.call));
    await deliver(engine, inProgress(vapis, tenant.call));
    expect(await wallet()).toMatchObject(HELD);
    await deliver(engine, ended(vapis, tenant.call));
    await reported();
    expect((await charge(own)).body).toMatchObject({ callId: own, duplicate: true, chargedPence: 112 });
    expect(await wallet()).toMatchObject(CHARGED);
  });

  it('is paid by its own tenant, though another has reserved under the provider’s id', async () => {
    await reservedTooEarly(own);
    const other = await operator.openTenant({ balancePence: BALANCE });
    await operator.reserve(other, vapis);
    await talking();
    expect(await wallet()).toMatchObject(HELD);
    await reported();
    expect((await charge(own)).body).toMatchObject({ callId: own, duplicate: true, chargedPence: 112 });
    expect(await wallet()).toMatchObject(CHARGED);
    expect(await operator.wallet(other)).toMatchObject(HELD);
  });

  it('under the provider’s id, and that its client reserved anew under its own: is paid by that one', async () => {
    await reservedTooEarly(vapis);
    for (const duplicate of [false, true]) {
      const anew = await operator.bill(tenant.orgId, 'reserve-credits', { callId: own, vapiCallId: vapis });
      expect(anew.body).toMatchObject({ callId: own, heldAs: own, status: 'active', duplicate });
    }
    const again = await operator.bill(tenant.orgId, 'reserve-credits', { callId: vapis, vapiCallId: vapis });
    expect(again.body).toMatchObject({ callId: vapis, heldAs: own, status: 'active', duplicate: true });
    await talking();
    expect(await wallet()).toMatchObject(HELD);
    expect((await charge(vapis)).body).toMatchObject({ callId: vapis, duplicate: false, chargedPence: 112 });
    await reported();
    expect((await charge(own)).body).toMatchObject({ callId: own, duplicate: true, chargedPence: 112 });
    expect(await wallet()).toMatchObject(CHARGED);
  });

  describe.each([
    ['under the client’s id', () => own],
    ['under the provider’s id', () => vapis],
  ])('%s', (_, named) => {
    it('is held anew when it is answered, and charged once: by its report, then its client', async () => {
      await reservedTooEarly(named());
      await talking();
      expect(await wallet()).toMatchObject(HELD);
      expect(await operator.story(vapis)).toMatchObject({ state: 'live', reservation: { status: 'active' } });
      await reported();
      expect((await charge(named())).body).toMatchObject({ callId: named(), duplicate: true, chargedPence: 112 });
      expect(await wallet()).toMatchObject(CHARGED);
    });

    it('is held anew when it is answered, and charged once: by its client, then its report', async () => {
      await reservedTooEarly(named());
      await talking();
      const charged = await charge(named());
      expect(charged.body).toMatchObject({ callId: named(), duplicate: false, late: false, chargedPence: 112 });
      expect(charged.body).toMatchObject({ releasedPence: 168, vapiCallId: vapis });
      await reported();
      expect(await wallet()).toMatchObject(CHARGED);
    });

    it('and is not talked at all: a repeated release gives nothing back twice', async () => {
      await reservedTooEarly(named());
      const released = await operator.bill(tenant.orgId, 'release-credits', { callId: named() });
      expect(released.body).toMatchObject({ status: 'released', duplicate: true });
      expect(await wallet()).toMatchObject({ balancePence: BALANCE, heldPence: 0, activeReservations: 0 });
    });
  });
});

import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { lockWallet } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant } from './support/tenants';

const BALANCE = 10_000;

/** Ten times faster than life: the first pause of 5 s takes half a second. */
describe('a delivery that failed for a passing reason (trap 4: an error while charging was swallowed)', () => {
  let engine: TestEngine;
  let operator: Operator;

  beforeAll(async () => {
    engine = await startTestEngine({ timeScale: 10 });
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  it('is answered with 200, shows as failed with its reason, is tried again by itself, and charges once', async () => {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
    const callId = randomUUID();
    await deliver(engine, assistantRequest(callId, call));
    const unlock = await lockWallet(engine.database.url, orgId); // for longer than anybody waits
    try {
      expect(await deliver(engine, report(callId, call, { durationSeconds: 61 }))).toMatchObject({ status: 200 });
      const failed = await operator.deliveries({ callId, status: 'failed' });
      expect(failed).toEqual([
        expect.objectContaining({ type: 'end-of-call-report', error: expect.stringContaining('database_unavailable') }),
      ]);
      expect(failed[0]?.retryAt).not.toBeNull();
    } finally {
      await unlock();
    }
    await eventually(async () => {
      const [logged] = await operator.deliveries({ callId, type: 'end-of-call-report' });
      expect(logged).toMatchObject({ status: 'processed', error: null, retryAt: null });
      expect(logged?.attempts).toBeGreaterThan(1);
    });
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 });
  });

  it('follows a call from a message that failed at first', async () => {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
    const callId = randomUUID();
    const unlock = await lockWallet(engine.database.url, orgId);
    try {
      expect(await deliver(engine, inProgress(callId, { ...call, type: 'outboundPhoneCall' }))).toMatchObject({
        status: 200,
      });
    } finally {
      await unlock();
    }
    await eventually(async () => expect((await operator.story(callId)).state).toBe('live'));
    expect(await operator.wallet(orgId)).toMatchObject({ heldPence: 280 });
  });
});

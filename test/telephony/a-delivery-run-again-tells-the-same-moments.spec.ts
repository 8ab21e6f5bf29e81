import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { lockCall, sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { ended, inProgress } from './support/messages';
import { Operator, type Story } from './support/operator';
import { openNumberedTenant } from './support/tenants';

const BALANCE = 10_000;
const FIVE_HOURS = 18_000;
const TEN_MINUTES = 600;

describe('a delivery that is run again hours later', () => {
  let engine: TestEngine;
  let operator: Operator;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1_000);

  /** As if what was delivered of this call had come so much earlier, and is not tried again by itself. */
  async function cameEarlier(callId: string, seconds: number): Promise<void> {
    await sql(
      engine.database.url,
      `update webhook_delivery_log set received_at = received_at - make_interval(secs => $2), retry_at = null
       where call_id = $1`,
      [callId, seconds],
    );
  }

  async function replayAll(callId: string): Promise<void> {
    const oldestFirst = (await operator.deliveries({ callId })).reverse();
    for (const { id, status } of oldestFirst) if (status !== 'processed') await operator.replay(id);
  }

  const over = (callId: string): Promise<Story> =>
    eventually(async () => {
      const story = await operator.story(callId);
      expect(story.state).toBe('ended');
      return story;
    });

  it('tells when its call was answered and when it ended: as it did when it came', async () => {
    const orgId = await operator.openTenant({ balancePence: BALANCE });
    const [callId, phoneNumberId] = [randomUUID(), randomUUID()];
    const [from, to] = [ago(FIVE_HOURS), ago(FIVE_HOURS - TEN_MINUTES)] as const;
    await deliver(engine, inProgress(callId, { phoneNumberId }, from));
    await deliver(engine, ended(callId, { phoneNumberId }, to));
    await cameEarlier(callId, FIVE_HOURS - TEN_MINUTES - 1);
    await operator.registerNumber(orgId, phoneNumberId, 'an-assistant');
    await replayAll(callId);
    const { startedAt, endedAt } = await over(callId);
    expect([startedAt, endedAt]).toEqual([from.toISOString(), to.toISOString()]);
  });

  it('does not make its call hours longer: without a report it is charged for what was talked', async () => {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: BALANCE });
    const callId = randomUUID();
    const from = ago(FIVE_HOURS);
    const to = new Date(from.getTime() + TEN_MINUTES * 1_000);
    await deliver(engine, inProgress(callId, call, ago(0)));
    await eventually(async () => expect((await operator.story(callId)).state).toBe('live'));
    const unlock = await lockCall(engine.database.url, callId); // its end cannot be noted: the delivery fails
    await deliver(engine, ended(callId, call, to));
    await cameEarlier(callId, FIVE_HOURS - TEN_MINUTES - 1);
    await unlock();
    await sql(engine.database.url, 'update calls set started_at = $2 where call_id = $1', [callId, from]);
    await replayAll(callId);
    await over(callId);

    // The longest that it could last has passed as well; nobody can be asked.
    await sql(engine.database.url, 'update calls set cap_seconds = $2 where call_id = $1', [callId, FIVE_HOURS - 600]);
    await sql(engine.database.url, `update credit_reservations set expires_at = now() where call_id = $1`, [callId]);
    expect(await operator.sweep()).toMatchObject({ committed: 1 });
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 560, heldPence: 0 });
  });
});

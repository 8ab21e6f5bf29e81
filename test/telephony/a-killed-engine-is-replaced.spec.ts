import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from '../../apps/vapi-simulator/src/index';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import { EngineProcess } from '../support/number-engine-process';
import { holdDecisions, lockWallet, sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { report } from './support/messages';
import { Operator } from './support/operator';
import { openTenantAtVapi, settingsFor, startVapi } from './support/simulated-vapi';

/** An engine that took a call is believed dead after 5 s of real time, which are 50 s here. */
const SPEED = 10;
/** No look at a call is further ahead than this, so a later one is the lease of an engine at work. */
const LONGEST_LOOK_SECONDS = 15;

describe('an engine that dies by kill -9 with a call and a report in its hands', () => {
  let database: FreshDatabase;
  let folder: string;
  let vapi: Simulator;
  let dying: EngineProcess;
  let next: TestEngine | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-killed-'));
    chmodSync(folder, 0o755);
    database = await freshDatabase('killed');
    vapi = await startVapi(SPEED);
    dying = await EngineProcess.start({ databaseUrl: database.url, ...settingsFor(vapi, SPEED) }, folder);
    vapi.pointAt(dying.url);
  });

  afterAll(async () => {
    await dying.kill();
    await vapi.close();
    await next?.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function isHeldInHand(callId: string): Promise<void> {
    const [row] = await sql<{ at: Date | null }>(
      database.url,
      'select next_decision_at as at from calls where call_id = $1',
      [callId],
    );
    const ahead = ((row?.at?.getTime() ?? 0) - vapi.clock.nowMs()) / 1_000;
    expect(ahead).toBeGreaterThan(LONGEST_LOOK_SECONDS + 1);
  }

  it('is replaced: the next engine ends the call at the end of its credit, and charges both', async () => {
    const settings = settingsFor(vapi, SPEED);
    const adminKey = 'test-operator-key-0123456789';
    const doomed = new Operator({ url: dying.url, adminKey });
    // 56p: one minute of an outbound call, on its last slice from the beginning.
    const tenant = await openTenantAtVapi(vapi, doomed, { balancePence: 56 });
    const call = vapi.outbound({ ...tenant, ringSeconds: 0 });
    await eventually(() => expect(call.said).toHaveLength(1)); // the warning at one minute: it is being followed

    const decisions = await holdDecisions(database.url); // now whoever looks at the call stays in the middle
    await eventually(async () => expect(await decisions.waiting()).toBe(1));
    await isHeldInHand(call.id);
    const unlock = await lockWallet(database.url, tenant.orgId); // and so does whoever charges
    const reported = randomUUID();
    const unanswered = deliver(
      { url: dying.url, webhookSecret: settings.vapi.webhookSecret },
      report(reported, { phoneNumberId: tenant.phoneNumberId }, { durationSeconds: 61 }),
    ).then(
      () => 'answered',
      () => 'cut off',
    );
    const received = `select status from webhook_delivery_log where call_id = $1`;
    await eventually(async () =>
      expect(await sql(database.url, received, [reported])).toEqual([{ status: 'received' }]),
    );
    await dying.kill();
    await decisions.letGo();
    await unlock();
    expect(await unanswered).toBe('cut off');

    // Half a minute of real time later, at which a delivery without an outcome counts as left behind.
    await sql(database.url, `update webhook_delivery_log set retry_at = received_at where status = 'received'`);
    next = await startTestEngine({ databaseUrl: database.url, ...settings });
    vapi.pointAt(next.url);
    const operator = new Operator(next);
    const { endedReason, talkedMs } = await vapi.ended(call.id);
    expect(endedReason).toMatch(/^assistant-ended-call/); // cut; Vapi's own limit is ten minutes
    expect(talkedMs).toBeGreaterThanOrEqual(60_000);
    await eventually(async () => {
      expect(await operator.deliveries({ callId: reported })).toEqual([
        expect.objectContaining({
          status: 'processed',
          outcome: expect.objectContaining({ seconds: 61, duplicate: false }),
        }),
      ]);
      expect((await operator.story(call.id)).reservation).toMatchObject({ status: 'committed' });
    });
    // What was talked is charged or owed, nothing is held, and nothing was charged twice.
    const cost = 112 + Math.ceil(talkedMs / 60_000) * 56;
    expect(await operator.wallet(tenant.orgId)).toMatchObject({
      balancePence: 0,
      heldPence: 0,
      arrearsPence: cost - 56,
    });
    expect(await operator.violations()).toEqual([]);
  });
});

import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '@holdfast/platform';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import { EngineProcess } from '../support/number-engine-process';
import { ControlDesk } from './support/control-desk';
import { holdDecisions, sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { inProgress } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant } from './support/tenants';

const WEBHOOK_SECRET = 'the-webhook-secret-of-this-test';
const PER_SECOND = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };
const PAID_SECONDS = 5;
const LONGER_THAN_A_DECISION_IS_GOOD_FOR_MS = 2_500;

describe('an engine that stands still for seconds with a call in its hands', () => {
  let database: FreshDatabase;
  let folder: string;
  let desk: ControlDesk;
  let settings: Partial<Settings>;
  let stalling: EngineProcess;
  let other: TestEngine | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-stalled-'));
    chmodSync(folder, 0o755);
    [database, desk] = await Promise.all([freshDatabase('stalled'), ControlDesk.open()]);
    settings = {
      databaseUrl: database.url,
      vapi: { webhookSecret: WEBHOOK_SECRET, hmac: null, apiKey: null, baseUrl: null, controlHosts: [desk.host] },
    };
    stalling = await EngineProcess.start(settings, folder);
  });

  afterAll(async () => {
    await stalling.kill();
    await other?.stop();
    await desk.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Its credit lasts for seconds, so it is warned of at once. */
  async function talking(): Promise<{ orgId: string; callId: string }> {
    const address = { url: stalling.url, adminKey: 'test-operator-key-0123456789' };
    const { orgId, call } = await openNumberedTenant(new Operator(address), {
      balancePence: PAID_SECONDS,
      rateCard: PER_SECOND,
    });
    const callId = randomUUID();
    const outbound = { ...call, type: 'outboundPhoneCall', controlUrl: desk.urlOf(callId) } as const;
    await deliver({ url: stalling.url, webhookSecret: WEBHOOK_SECRET }, inProgress(callId, outbound));
    return { orgId, callId };
  }

  const ordersToEnd = (callId: string): number => desk.of(callId).filter(({ type }) => type === 'end-call').length;

  /** A decision to end it is noted while its engine stands still, and nobody looks at it any more unless asked to. */
  async function letNote(callId: string, decisions: { letGo(): Promise<void> }, order: number): Promise<void> {
    await decisions.letGo();
    await eventually(async () => {
      const later = `update calls set next_decision_at = now() + interval '1 hour'
        where call_id = $1 and cut_attempts = $2 and leased_until is null returning 1 as moved`;
      expect(await sql(database.url, later, [callId, order])).toHaveLength(1);
    });
  }

  /** @returns which order to end the call is decided, and noted, but not given yet */
  async function standStillBeforeAnOrder(callId: string): Promise<number> {
    for (;;) {
      const decisions = await holdDecisions(database.url);
      const order = ordersToEnd(callId) + 1;
      await eventually(async () => expect(await decisions.waiting()).toBe(1));
      stalling.standStill();
      await sleep(200); // what was on its way is there
      if (ordersToEnd(callId) < order) return letNote(callId, decisions, order).then(() => order);
      stalling.goOn(); // the order was faster
      await decisions.letGo();
    }
  }

  it('gives every order but the first, however old it is: a database that is slow for minutes lets nobody talk for nothing', async () => {
    const { callId } = await talking();
    await eventually(() => expect(ordersToEnd(callId)).toBe(1));
    const order = await standStillBeforeAnOrder(callId);
    await sleep(LONGER_THAN_A_DECISION_IS_GOOD_FOR_MS);
    stalling.goOn();
    await eventually(() => expect(ordersToEnd(callId)).toBe(order));
  });

  it('does not end it by what it decided before: another one has extended it since', async () => {
    const { orgId, callId } = await talking();
    await eventually(() => expect(desk.of(callId)).toHaveLength(1)); // the warning
    const decisions = await holdDecisions(database.url);
    await eventually(async () => expect(await decisions.waiting()).toBe(1)); // its end is decided, and not noted yet
    stalling.standStill();
    await letNote(callId, decisions, 1);
    // The other engine looks when somebody tops up, not while it is still starting.
    other = await startTestEngine(settings);
    const operator = new Operator(other);
    await operator.topUp(orgId, 1_000);
    await eventually(async () => {
      expect(Number((await operator.story(callId)).reservation?.grantedSeconds)).toBeGreaterThan(60);
    });
    await sleep(2_000);
    stalling.goOn();
    await sleep(1_000);
    expect(desk.of(callId).map(({ type }) => type)).toEqual(['say']);
    expect((await operator.story(callId)).events.map(({ kind }) => kind)).not.toContain('cut');
  });
});

import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import { EngineProcess } from '../support/number-engine-process';
import '../support/second-try';
import { ControlDesk } from './support/control-desk';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { ended, inProgress } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

/** One penny buys one second. */
const PER_SECOND = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };
/** Seconds that are paid, of which all are the last minute: warned at once and at 15 s, 20 s and 5 s before the end. */
const PAID = 20;
/** Twice as fast as life: an order to the control URL is given up after 4 s of the engine's time. */
const SPEED = 2;
/** Orders are repeated 2, 2, 2, 5 s after one another, engine time; the rest is for a busy machine. */
const ON_TIME_SECONDS = 3;
const WEBHOOK_SECRET = 'the-webhook-secret-of-this-test';

describe('a control URL that never answers', () => {
  let desk: ControlDesk;
  let database: FreshDatabase;
  let engine: TestEngine;
  let operator: Operator;
  let folder: string;

  const settings = (): Parameters<typeof startTestEngine>[0] => ({
    databaseUrl: database.url,
    timeScale: SPEED,
    vapi: { webhookSecret: WEBHOOK_SECRET, hmac: null, apiKey: null, baseUrl: null, controlHosts: [desk.host] },
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-mute-'));
    chmodSync(folder, 0o755);
    [desk, database] = await Promise.all([ControlDesk.open(), freshDatabase('mute_control')]);
    engine = await startTestEngine(settings());
    operator = new Operator(engine);
  });

  beforeEach(() => {
    desk.silent = true;
  });

  afterAll(async () => {
    await engine.stop();
    await desk.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Begun {
    readonly callId: string;
    readonly tenant: NumberedTenant;
    /** When its paid time is over, this machine's clock. */
    readonly paidUntilMs: number;
  }

  async function begin(at: { url: string; webhookSecret: string }): Promise<Begun> {
    const tenant = await openNumberedTenant(operator, { balancePence: PAID, rateCard: PER_SECOND });
    const callId = randomUUID();
    const details = { ...tenant.call, type: 'outboundPhoneCall' as const, controlUrl: desk.urlOf(callId) };
    const paidUntilMs = Date.now() + (PAID * 1_000) / SPEED;
    expect((await deliver(at, inProgress(callId, details))).status).toBe(200);
    return { callId, tenant, paidUntilMs };
  }

  const lateness = (callId: string, paidUntilMs: number): number => {
    const [first] = desk.of(callId).filter(({ type }) => type === 'end-call');
    expect(first).toBeDefined();
    return (((first?.atMs ?? 0) - paidUntilMs) / 1_000) * SPEED;
  };

  it('is told each warning and the goodbye once, and to end the call at its paid second and again, counted', async () => {
    const { callId, tenant, paidUntilMs } = await begin(engine);
    const orders = await eventually(() => {
      const all = desk.of(callId).filter(({ type }) => type === 'end-call');
      expect(all.length).toBeGreaterThanOrEqual(3);
      return all;
    }, 25_000);
    const said = desk.of(callId).filter(({ type }) => type === 'say');
    expect(said.map(({ content, endCallAfterSpoken }) => [content, endCallAfterSpoken])).toEqual([
      [expect.stringContaining('about'), false],
      [expect.stringContaining('15 seconds'), false],
      [expect.stringContaining('used up'), true],
    ]);
    expect(lateness(callId, paidUntilMs)).toBeLessThan(ON_TIME_SECONDS);
    await deliver(engine, ended(callId, tenant.call));
    const { events } = await eventually(async () => {
      const story = await operator.story(callId);
      expect(story.events.filter(({ kind }) => kind === 'cut_failed').length).toBeGreaterThanOrEqual(orders.length);
      return story;
    });
    const attempts = events.filter(({ kind }) => kind === 'cut_failed').map(({ attempt }) => Number(attempt));
    expect(attempts.sort((a, b) => a - b)).toEqual(attempts.map((_, i) => i + 1));
    expect(events.filter(({ kind }) => kind === 'warned')).toHaveLength(2);
  }, 40_000);

  it('and an engine that is killed while it waits for it: another ends the call at its paid second', async () => {
    const doomed = await EngineProcess.start(settings() ?? {}, folder);
    await engine.stop(); // so that the other has the call in its hand
    let callId: string, paidUntilMs: number;
    try {
      operator = new Operator({ url: doomed.url, adminKey: 'test-operator-key-0123456789' });
      ({ callId, paidUntilMs } = await begin({ url: doomed.url, webhookSecret: WEBHOOK_SECRET }));
      await eventually(() => expect(desk.of(callId)).toHaveLength(1)); // the warning, which nobody answers
    } finally {
      await doomed.kill();
    }
    engine = await startTestEngine(settings());
    operator = new Operator(engine);
    desk.silent = false;
    await eventually(() => expect(desk.of(callId).map(({ type }) => type)).toContain('end-call'), 20_000);
    expect(lateness(callId, paidUntilMs)).toBeLessThan(ON_TIME_SECONDS);
    expect(lateness(callId, paidUntilMs)).toBeGreaterThanOrEqual(0);
    const warnings = desk.of(callId).filter(({ endCallAfterSpoken }) => endCallAfterSpoken === false);
    expect(warnings.map(({ content }) => content)).toEqual([
      expect.stringContaining('about'),
      expect.stringContaining('seconds'),
    ]);
  }, 60_000);
});

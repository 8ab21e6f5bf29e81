import { randomUUID } from 'node:crypto';
import { SimulatedClock } from '../../apps/vapi-simulator/src/index';
import { startTestEngine, type TestEngine } from '../support/engine';
import { CallRecords } from './support/call-records';
import { ControlDesk } from './support/control-desk';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, ended, inProgress } from './support/messages';
import { Operator, type Story } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

/** A minute, after which a report is missed, takes two seconds. */
const SPEED = 30;
const BALANCE = 10_000;

describe('a call that has ended and whose report does not come', () => {
  let vapi: CallRecords;
  let desk: ControlDesk;
  let engine: TestEngine;
  let operator: Operator;
  const clock = new SimulatedClock(SPEED);
  const secondsAgo = (seconds: number): Date => new Date(clock.nowMs() - seconds * 1_000);

  beforeAll(async () => {
    [vapi, desk] = await Promise.all([CallRecords.open(), ControlDesk.open()]);
    const webhookSecret = 'the-webhook-secret-of-this-test';
    const controlHosts = [desk.host];
    engine = await startTestEngine({
      timeScale: SPEED,
      vapi: { webhookSecret, hmac: null, apiKey: 'key', baseUrl: vapi.url, controlHosts },
    });
    operator = new Operator(engine);
  });

  afterAll(async () => {
    await engine.stop();
    await Promise.all([vapi.close(), desk.close()]);
  });

  interface Over {
    readonly tenant: NumberedTenant;
    readonly callId: string;
  }

  async function over(): Promise<Over> {
    const tenant = await openNumberedTenant(operator, { balancePence: BALANCE });
    const callId = randomUUID();
    for (const message of [assistantRequest, inProgress, ended]) await deliver(engine, message(callId, tenant.call));
    return { tenant, callId };
  }

  const settled = (callId: string): Promise<Story> =>
    eventually(async () => {
      const story = await operator.story(callId);
      expect(story.state).toBe('settled');
      return story;
    });

  it('is asked about, and charged from Vapi’s record, given back, or kept until Vapi knows', async () => {
    const [charged, unconnected, nonsense, unreachable] = await Promise.all([over(), over(), over(), over()]);
    vapi.ended(charged.callId, secondsAgo(130), secondsAgo(0));
    vapi.ended(unconnected.callId, undefined, secondsAgo(0));
    vapi.ended(nonsense.callId, secondsAgo(0), secondsAgo(100));

    const story = await settled(charged.callId);
    expect(story.transactions.at(-2)).toMatchObject({ type: 'call_deduction', createdBy: 'vapi:lookup' });
    expect(await operator.wallet(charged.tenant.orgId)).toMatchObject({ balancePence: BALANCE - 168, heldPence: 0 });
    await settled(unconnected.callId);
    expect(await operator.wallet(unconnected.tenant.orgId)).toMatchObject({ balancePence: BALANCE, heldPence: 0 });

    const asked = (callId: string): number => vapi.asked.filter((id) => id === callId).length;
    await eventually(() => expect(asked(nonsense.callId)).toBeGreaterThan(0));
    await eventually(() => expect(asked(unreachable.callId)).toBeGreaterThan(0));
    for (const { tenant } of [nonsense, unreachable]) {
      expect(await operator.wallet(tenant.orgId)).toMatchObject({ balancePence: BALANCE, heldPence: 280 });
    }
    vapi.ended(nonsense.callId, secondsAgo(61), secondsAgo(0));
    vapi.ended(unreachable.callId, secondsAgo(61), secondsAgo(0));
    for (const { tenant, callId } of [nonsense, unreachable]) {
      await settled(callId);
      expect(await operator.wallet(tenant.orgId)).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 });
    }
    expect(await operator.violations()).toEqual([]);
  });

  it('is asked about at once when its control URL is gone', async () => {
    const perSecond = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: 20, rateCard: perSecond });
    const callId = randomUUID();
    vapi.ended(callId, secondsAgo(12), secondsAgo(0));
    desk.answers.push(...Array.from({ length: 6 }, () => ({ status: 404 })));
    await deliver(engine, inProgress(callId, { ...call, type: 'outboundPhoneCall', controlUrl: desk.urlOf(callId) }));
    const story = await settled(callId);
    expect(story.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['cut_failed', 'looked_up', 'charged']),
    );
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: 8, heldPence: 0, arrearsPence: 0 });
  });
});

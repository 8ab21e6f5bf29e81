import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { CallRecords } from './support/call-records';
import { ControlDesk, type Command } from './support/control-desk';
import { sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, inProgress, report } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const WEBHOOK_SECRET = 'the-webhook-secret-of-this-test';
const SLACK = 300;
/** Vapi's own longest call. */
const TWELVE_HOURS = 43_200;
const A_MINUTE_OF_CREDIT = 56;
const CAP = 60;
/** What five minutes, the hold of a call unless somebody says otherwise, can pay at 56p a minute. */
const CAP_OF_ITS_HOLD = 300;

/** As if the call had been answered so much earlier; its timer looks at it now. */
async function letPass({ database }: TestEngine, callId: string, seconds: number): Promise<void> {
  await sql(
    database.url,
    `update calls set created_at = created_at - make_interval(secs => $2), started_at = started_at - make_interval(secs => $2),
       next_decision_at = clock_timestamp(), leased_until = null where call_id = $1`,
    [callId, seconds],
  );
}

/** As if half an hour had passed since anybody renewed its hold. */
async function letHoldRunOut({ database }: TestEngine, callId: string): Promise<void> {
  await sql(
    database.url,
    `update credit_reservations set expires_at = clock_timestamp() - interval '1 s' where call_id = $1`,
    [callId],
  );
}

async function nextLookAt({ database }: TestEngine, callId: string): Promise<Date | null> {
  const [call] = await sql<{ at: Date | null }>(
    database.url,
    'select next_decision_at as at from calls where call_id = $1',
    [callId],
  );
  return call?.at ?? null;
}

/** Somebody has looked, and is not at it any more. */
async function isWaitingForItsNextLook({ database }: TestEngine, callId: string): Promise<boolean> {
  const waiting =
    'select from calls where call_id = $1 and next_decision_at > clock_timestamp() and leased_until is null';
  return (await sql(database.url, waiting, [callId])).length > 0;
}

describe('a live call of whose end no message came', () => {
  let vapi: CallRecords;
  let desk: ControlDesk;
  let keyless: TestEngine, asking: TestEngine;

  beforeAll(async () => {
    [vapi, desk] = await Promise.all([CallRecords.open(), ControlDesk.open()]);
    const common = { webhookSecret: WEBHOOK_SECRET, hmac: null, controlHosts: [desk.host] };
    keyless = await startTestEngine({ vapi: { ...common, apiKey: null, baseUrl: null } });
    asking = await startTestEngine({ vapi: { ...common, apiKey: 'key', baseUrl: vapi.url } });
  });

  afterAll(async () => {
    await Promise.all([keyless.stop(), asking.stop()]);
    await Promise.all([vapi.close(), desk.close()]);
  });

  async function talking(
    engine: TestEngine,
    balancePence: number,
  ): Promise<{ tenant: NumberedTenant; callId: string }> {
    const operator = new Operator(engine);
    const tenant = await openNumberedTenant(operator, { balancePence });
    const callId = randomUUID();
    await deliver(engine, assistantRequest(callId, tenant.call));
    await deliver(engine, inProgress(callId, { ...tenant.call, controlUrl: desk.urlOf(callId) }));
    await eventually(async () => expect((await operator.story(callId)).state).toBe('live'));
    return { tenant, callId };
  }

  const stateOf = async (engine: TestEngine, callId: string): Promise<string> =>
    (await new Operator(engine).story(callId)).state;

  /** What the gate has answered to Vapi, in order. */
  const limitsToldOf = async (callId: string): Promise<unknown[]> =>
    (await new Operator(keyless).story(callId)).events
      .filter(({ kind }) => kind === 'gate_accepted')
      .map(({ capSeconds }) => capSeconds);

  /** A minute of credit is warned of at once. */
  const ordersToEnd = (callId: string): Command[] => desk.of(callId).filter(({ type }) => type === 'end-call');

  it.each([
    ['whose credit is used up', A_MINUTE_OF_CREDIT, CAP],
    ['that could pay for more', 10_000, 10_680],
  ])('%s is neither ended nor extended when it cannot run any more: its hold is given back', async (_, pence, cap) => {
    const operator = new Operator(keyless);
    const { tenant, callId } = await talking(keyless, pence);
    const before = await operator.wallet(tenant.orgId);
    await letPass(keyless, callId, cap + SLACK + 1);
    await eventually(async () => expect(await stateOf(keyless, callId)).toBe('ended'));
    expect(ordersToEnd(callId)).toEqual([]);
    expect(await operator.wallet(tenant.orgId)).toEqual(before);

    await letHoldRunOut(keyless, callId);
    expect(await operator.sweep()).toMatchObject({ expired: 1 });
    expect(await operator.wallet(tenant.orgId)).toMatchObject({ balancePence: pence, heldPence: 0 });
    expect(await operator.violations()).toEqual([]);
    await deliver(keyless, report(callId, tenant.call, { durationSeconds: 50 }));
    expect(await operator.wallet(tenant.orgId)).toMatchObject({ balancePence: pence - 56, heldPence: 0 });
  });

  it.each<[string, number, number, (operator: Operator, orgId: string) => Promise<unknown>]>([
    ['more', A_MINUTE_OF_CREDIT, CAP, (operator, orgId) => operator.topUp(orgId, 10_000)],
    ['less', 10_000, CAP_OF_ITS_HOLD, (operator, orgId) => operator.reserve(orgId, randomUUID(), 173)],
  ])('that was let in twice, with %s money the second time, may last as long as the larger limit', async (...told) => {
    const [, balancePence, smaller, changeMoney] = told;
    const operator = new Operator(keyless);
    const tenant = await openNumberedTenant(operator, { balancePence });
    const callId = randomUUID();
    await deliver(keyless, assistantRequest(callId, tenant.call));
    await changeMoney(operator, tenant.orgId);
    await deliver(keyless, assistantRequest(callId, tenant.call));
    await deliver(keyless, inProgress(callId, { ...tenant.call, controlUrl: desk.urlOf(callId) }));
    await eventually(async () => expect(await stateOf(keyless, callId)).toBe('live'));
    expect(await limitsToldOf(callId)).toContain(smaller);

    await letPass(keyless, callId, smaller + SLACK + 1);
    await eventually(async () => expect(await isWaitingForItsNextLook(keyless, callId)).toBe(true));
    expect(await stateOf(keyless, callId)).toBe('live');
  });

  it('and that nothing could be held for takes nothing of a later top-up', async () => {
    const operator = new Operator(keyless);
    const tenant = await openNumberedTenant(operator);
    const callId = randomUUID();
    await deliver(keyless, inProgress(callId, { ...tenant.call, type: 'outboundPhoneCall' }));
    await letPass(keyless, callId, TWELVE_HOURS + SLACK + 1);
    await eventually(async () => expect(await stateOf(keyless, callId)).toBe('ended'));
    await operator.topUp(tenant.orgId, 10_000);
    await letPass(keyless, callId, 1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await operator.wallet(tenant.orgId)).toMatchObject({ balancePence: 10_000, heldPence: 0 });
  });

  it('goes on being ended when Vapi says that it runs longer than its limit', async () => {
    const { callId } = await talking(asking, A_MINUTE_OF_CREDIT);
    vapi.live(callId, 'in-progress');
    await letPass(asking, callId, CAP + SLACK + 1);
    await eventually(() => expect(ordersToEnd(callId).length).toBeGreaterThan(1));
    expect(await stateOf(asking, callId)).toBe('live');
  });

  it('is ended again also when Vapi did not answer meanwhile', async () => {
    const { callId } = await talking(asking, A_MINUTE_OF_CREDIT);
    await letPass(asking, callId, CAP + SLACK + 1); // nobody answers about it
    await eventually(() => expect(vapi.asked).toContain(callId));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await stateOf(asking, callId)).toBe('live');
    vapi.live(callId, 'in-progress');
    await letPass(asking, callId, 60);
    await eventually(() => expect(ordersToEnd(callId)).not.toEqual([]));
  });

  it('holds nothing for ever, though Vapi says for ever that it is in progress', async () => {
    const operator = new Operator(asking);
    const { tenant, callId } = await talking(asking, A_MINUTE_OF_CREDIT);
    vapi.live(callId, 'in-progress');
    await letPass(asking, callId, TWELVE_HOURS + SLACK + 1);
    await eventually(async () => expect(await stateOf(asking, callId)).toBe('ended'));
    await letHoldRunOut(asking, callId);
    expect(await operator.sweep()).toMatchObject({ expired: 1, renewed: 0 });
    expect(await operator.wallet(tenant.orgId)).toMatchObject({ balancePence: A_MINUTE_OF_CREDIT, heldPence: 0 });

    await letPass(asking, callId, 60);
    await eventually(async () => expect(await nextLookAt(asking, callId)).toBeNull()); // nor is it asked about for ever
  });

  it('is charged from Vapi’s record when it says that the call is over', async () => {
    const operator = new Operator(asking);
    const { tenant, callId } = await talking(asking, A_MINUTE_OF_CREDIT);
    vapi.ended(callId, new Date(Date.now() - 50_000), new Date(Date.now() - 10_000));
    await letPass(asking, callId, CAP + SLACK + 1);
    await eventually(async () => expect(await stateOf(asking, callId)).toBe('settled'));
    expect(await operator.wallet(tenant.orgId)).toMatchObject({ balancePence: 0, heldPence: 0, arrearsPence: 0 });
    expect(ordersToEnd(callId)).toEqual([]);
  });
});

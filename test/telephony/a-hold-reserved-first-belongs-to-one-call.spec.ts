import { createHmac, randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver } from './support/deliver';
import { CallRecords } from './support/call-records';
import { eventually } from './support/eventually';
import { ended, inProgress, report, type CallDetails } from './support/messages';
import { Operator } from './support/operator';

const BALANCE = 10_000;
/** 61 s: two started minutes of 56p. */
const TALK = { durationSeconds: 61 };
const PRICE = 112;

type Message = ReturnType<typeof report>;

/**
 * Outbound and web calls ask no gate. Their reseller reserves under an id of its own, starts the call for as long as that
 * pays, and signs the id into the call's metadata.
 */
describe('a hold that was reserved before its call was started', () => {
  let engine: TestEngine;
  let operator: Operator;
  let vapi: CallRecords;
  let orgId: string;
  let hold: string;

  beforeAll(async () => {
    vapi = await CallRecords.open();
    const secret = 'test-webhook-secret-0123456789';
    engine = await startTestEngine({
      vapi: { webhookSecret: secret, hmac: null, apiKey: 'key', baseUrl: vapi.url, controlHosts: ['.vapi.ai'] },
    });
    operator = new Operator(engine);
  });

  afterAll(async () => {
    await engine.stop();
    await vapi.close();
  });

  beforeEach(async () => {
    orgId = await operator.openTenant({ balancePence: BALANCE, sharing: 'strict' });
    hold = randomUUID();
    await operator.reserve(orgId, hold, 5);
  });

  const signed = (org: string, callId: string): CallDetails & Record<string, unknown> => ({
    type: 'webCall',
    assistantOverrides: {
      maxDurationSeconds: 300,
      metadata: {
        orgId: org,
        callId,
        sig: createHmac('sha256', engine.webhookSecret).update(`${org}:${callId}`).digest('hex'),
      },
    },
  });

  /** What the tenant has paid, what is held, and for how many calls. */
  async function money(): Promise<[paid: number, held: number, holds: number]> {
    const { balancePence, heldPence, activeReservations } = await operator.wallet(orgId);
    return [BALANCE - balancePence, heldPence, activeReservations];
  }

  const messagesOf = (callId: string, details = signed(orgId, hold)): Message[] => [
    inProgress(callId, details),
    ended(callId, details),
    report(callId, details, TALK),
  ];

  it('pays for it, alone', async () => {
    const callId = randomUUID();
    const [answered, over, told] = messagesOf(callId);
    await deliver(engine, answered!);
    expect(await money()).toEqual([0, 280, 1]);
    await deliver(engine, over!);
    await deliver(engine, told!);
    expect(await money()).toEqual([PRICE, 0, 0]);
    const stories = await eventually(async () => {
      const both = [await operator.story(hold), await operator.story(callId)] as const;
      expect(both[0].events.map(({ kind }) => kind)).toContain('reported');
      return both;
    });
    expect(stories[0]).toEqual(stories[1]);
    expect(stories[0]).toMatchObject({ state: 'settled', reservation: { callId: hold, vapiCallId: callId } });
  });

  it.each<[string, number[]]>([
    ['backwards', [2, 1, 0]],
    ['twice, all of them', [0, 0, 1, 1, 2, 2]],
    ['with the report in the middle', [0, 2, 1]],
    ['without an answer', [1, 2]],
    ['as a report alone', [2]],
    ['with the report twice and the answer last', [2, 2, 1, 0]],
  ])('pays the same when its messages come %s', async (_, order) => {
    const messages = messagesOf(randomUUID());
    for (const index of order) await deliver(engine, messages[index]!);
    expect(await money()).toEqual([PRICE, 0, 0]);
    expect(await operator.violations()).toEqual([]);
  });

  it('pays once when all its messages come at the same moment', async () => {
    const callId = randomUUID();
    const all = [...messagesOf(callId), ...messagesOf(callId), ...messagesOf(callId)];
    await Promise.all(all.map((message) => deliver(engine, message)));
    expect(await money()).toEqual([PRICE, 0, 0]);
    expect(await operator.violations()).toEqual([]);
  });

  it('pays for one call only: whoever replays its metadata pays for himself', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await deliver(engine, inProgress(first, signed(orgId, hold)));
    await deliver(engine, inProgress(second, signed(orgId, hold)));
    expect(await money()).toEqual([0, 560, 2]);
    await deliver(engine, report(second, signed(orgId, hold), TALK));
    expect(await money()).toEqual([PRICE, 280, 1]);
    await deliver(engine, report(first, signed(orgId, hold), TALK));
    expect(await money()).toEqual([2 * PRICE, 0, 0]);
    // Nor does a replay after the settlement ride on what was paid.
    const third = randomUUID();
    for (const message of messagesOf(third)) await deliver(engine, message);
    expect(await money()).toEqual([3 * PRICE, 0, 0]);
    expect((await operator.story(third)).reservation).toMatchObject({ callId: third });
    expect(await operator.violations()).toEqual([]);
  });

  it('has one owner, also when ten calls claim it at once', async () => {
    const calls = Array.from({ length: 10 }, () => randomUUID());
    await Promise.all(calls.map((callId) => deliver(engine, inProgress(callId, signed(orgId, hold)))));
    expect(await money()).toEqual([0, 10 * 280, 10]);
    await Promise.all(calls.map((callId) => deliver(engine, report(callId, signed(orgId, hold), TALK))));
    expect(await money()).toEqual([10 * PRICE, 0, 0]);
  });

  it('of another organisation is not to be had', async () => {
    const other = await operator.openTenant({ balancePence: BALANCE });
    const stolen = randomUUID();
    for (const message of messagesOf(stolen, signed(other, hold))) await deliver(engine, message);
    expect(await money()).toEqual([0, 280, 1]);
    expect((await operator.wallet(other)).balancePence).toBe(BALANCE - PRICE);
  });

  it('that was given back pays no more: the call holds for itself', async () => {
    await operator.release(orgId, hold);
    const callId = randomUUID();
    await deliver(engine, inProgress(callId, signed(orgId, hold), new Date(Date.now() - 10_000)));
    expect(await money()).toEqual([0, 280, 1]);
    await deliver(engine, report(callId, signed(orgId, hold), TALK));
    expect(await money()).toEqual([PRICE, 0, 0]);
  });

  it('that its owner charged by hand is not charged again by the report that comes after', async () => {
    await operator.commit(orgId, hold, 61);
    const times = { startedAt: new Date(Date.now() - 90_000), endedAt: new Date(Date.now() - 29_000) };
    await deliver(engine, report(randomUUID(), signed(orgId, hold), { ...TALK, ...times }));
    expect(await money()).toEqual([PRICE, 0, 0]);
  });

  it('that its owner charged by hand pays for no call that began after that', async () => {
    await operator.commit(orgId, hold, 61);
    await deliver(engine, inProgress(randomUUID(), signed(orgId, hold)));
    expect(await money()).toEqual([PRICE, 280, 1]);
  });

  it('knows its call at once when its owner reserves again and names it; no other then has it', async () => {
    const [mine, replayed] = [randomUUID(), randomUUID()];
    await operator.reserve(orgId, hold, 5, mine);
    await deliver(engine, inProgress(replayed, signed(orgId, hold)));
    expect(await money()).toEqual([0, 560, 2]);
    await deliver(engine, inProgress(mine, { type: 'outboundPhoneCall' })); // not even metadata are needed
    expect(await money()).toEqual([0, 560, 2]);
    await operator.reserve(orgId, hold, 5, replayed); // too late to name another
    expect((await operator.story(hold)).reservation).toMatchObject({ vapiCallId: mine });
  });

  it('of a call that nobody heard of is charged when it expires, for what Vapi says', async () => {
    const short = await startTestEngine({
      vapi: { ...engine.settings.vapi },
      databaseUrl: engine.database.url,
      reservationTtlSeconds: 1,
    });
    try {
      const [own, callId] = [randomUUID(), randomUUID()];
      const impatient = new Operator(short);
      await impatient.reserve(orgId, own, 5, callId);
      vapi.ended(callId, new Date(Date.now() - 61_000), new Date());
      await eventually(async () => {
        await impatient.sweep();
        expect((await operator.story(own)).reservation).toMatchObject({ status: 'committed', committedPence: PRICE });
      });
      expect(vapi.asked).toContain(callId);
    } finally {
      await short.stop();
    }
  });
});

/** The engine knows that the client's id means this call from the moment when a message says so. */
describe('a call whose signed metadata name its client’s id', () => {
  let engine: TestEngine;
  let operator: Operator;
  let orgId: string;
  let [own, vapis] = ['', ''];

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(async () => {
    expect(await operator.violations()).toEqual([]);
    await engine.stop();
  });

  beforeEach(async () => {
    orgId = await operator.openTenant({ balancePence: BALANCE });
    [own, vapis] = [randomUUID(), randomUUID()];
  });

  const details = () => {
    const sig = createHmac('sha256', engine.webhookSecret).update(`${orgId}:${own}`).digest('hex');
    return { type: 'webCall' as const, assistantOverrides: { metadata: { orgId, callId: own, sig } } };
  };
  const answered = () => deliver(engine, inProgress(vapis, details(), new Date(Date.now() - 61_000)));
  const reported = () => deliver(engine, report(vapis, details(), TALK));
  const reserve = (callId: string, vapiCallId?: string) =>
    operator.bill(orgId, 'reserve-credits', { callId, vapiCallId });
  const commit = (callId: string) =>
    operator.bill(orgId, 'commit-credits', { callId, actualDurationSeconds: TALK.durationSeconds });

  async function expectChargedOnce(): Promise<void> {
    expect(await operator.wallet(orgId)).toMatchObject({
      balancePence: BALANCE - PRICE,
      heldPence: 0,
      activeReservations: 0,
    });
  }

  describe('and whose hold had expired before it came', () => {
    beforeEach(async () => {
      await reserve(own);
      await sql(engine.database.url, 'update credit_reservations set expires_at = now() where call_id = $1', [own]);
      expect(await operator.sweep()).toMatchObject({ expired: 1 });
    });

    it.each([
      ['its report, then its client', [answered, reported, () => commit(own)]],
      ['its report alone, then its client', [reported, () => commit(own)]],
      ['its client, then its report', [answered, () => commit(own), reported]],
      ['its client, before any message told of it', [() => commit(own), reported]],
    ])('is charged once: by %s', async (_, acts) => {
      for (const act of acts) expect(await act()).toMatchObject({ status: 200 });
      await expectChargedOnce();
    });
  });

  it('reserved after its first message, is charged once', async () => {
    await answered();
    await reserve(own);
    await reported();
    expect((await commit(own)).body).toMatchObject({ duplicate: true, chargedPence: PRICE });
    await expectChargedOnce();
  });

  it.each([
    ['reserves', () => reserve(vapis, vapis)],
    ['commits', () => commit(vapis)],
  ])('and whose client %s under Vapi’s id at the same moment, is charged once', async (_, byVapisId) => {
    for (let i = 0; i < 16; i++) {
      orgId = await operator.openTenant({ balancePence: BALANCE });
      [own, vapis] = [randomUUID(), randomUUID()];
      await reserve(own);
      const both = [answered, byVapisId];
      if (i % 2 === 1) both.reverse();
      await Promise.all(both.map((act) => act()));
      await reported();
      await commit(vapis);
      await commit(own);
      await expectChargedOnce();
    }
  });
});

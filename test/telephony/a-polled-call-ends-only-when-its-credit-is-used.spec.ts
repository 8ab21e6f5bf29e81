import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { startTestEngine, type TestEngine } from '../support/engine';
import { lockWallet, sql } from './support/database-access';
import { deliver, post, STATUS_CHECK, type Answer } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, ended, inProgress, report } from './support/messages';
import { Operator, type TenantTerms } from './support/operator';
import { openNumberedTenant } from './support/tenants';

const GOODBYE = /credit is used up/i;
const WARNING = /lasts for about/i;

interface Situation {
  readonly terms: TenantTerms;
  readonly elapsed: number;
  /** Minutes that other calls of the same tenant hold. */
  readonly others?: readonly number[];
  /** Between the hold and the check. */
  readonly topUp?: number;
}

interface Verdict {
  readonly endCall?: true;
  readonly says?: RegExp;
  readonly effective: number;
  readonly reserved: number;
  readonly accrued: number;
  readonly remaining: number;
  readonly next: number;
}

/** Calls of an estimated 5 minutes at 56p: a hold of 280p. Asked every 60 s; a slice adds 5 minutes. */
const SITUATIONS: readonly [string, Situation, Verdict][] = [
  [
    'at its beginning goes on',
    { terms: { balancePence: 10_000 }, elapsed: 0 },
    { effective: 9_720, reserved: 280, accrued: 0, remaining: 300, next: 60 },
  ],
  [
    'owes whole minutes while it runs',
    { terms: { balancePence: 10_000 }, elapsed: 61.5 },
    { effective: 9_720, reserved: 280, accrued: 112, remaining: 238.5, next: 60 },
  ],
  [
    'is not extended before there is need',
    { terms: { balancePence: 10_000 }, elapsed: 239 },
    { effective: 9_720, reserved: 280, accrued: 224, remaining: 61, next: 60 },
  ],
  [
    'is extended ahead of need, one interval before its hold ends',
    { terms: { balancePence: 10_000 }, elapsed: 240 },
    { effective: 9_440, reserved: 560, accrued: 224, remaining: 360, next: 60 },
  ],
  [
    'is extended when its hold has just been used',
    { terms: { balancePence: 10_000 }, elapsed: 300 },
    { effective: 9_440, reserved: 560, accrued: 280, remaining: 300, next: 60 },
  ],
  [
    'nobody asked about for long is extended from where it is',
    { terms: { balancePence: 10_000 }, elapsed: 420 },
    { effective: 9_328, reserved: 672, accrued: 392, remaining: 300, next: 60 },
  ],
  [
    'whose own hold is the whole wallet goes on (trap 8: the kill switch cut it)',
    { terms: { balancePence: 280 }, elapsed: 60 },
    { effective: 0, reserved: 280, accrued: 56, remaining: 240, next: 60 },
  ],
  [
    'whose own hold is the whole wallet goes on to its last second, with a warning',
    { terms: { balancePence: 280 }, elapsed: 299 },
    { says: WARNING, effective: 0, reserved: 280, accrued: 280, remaining: 1, next: 1 },
  ],
  [
    'whose own hold is the whole wallet is not warned one interval before',
    { terms: { balancePence: 280 }, elapsed: 240 },
    { effective: 0, reserved: 280, accrued: 224, remaining: 60, next: 60 },
  ],
  [
    'is warned when less than one interval is left, and looked at no later than its end',
    { terms: { balancePence: 280 }, elapsed: 241.5 },
    { says: WARNING, effective: 0, reserved: 280, accrued: 280, remaining: 58.5, next: 58 },
  ],
  [
    'ends when all is used',
    { terms: { balancePence: 280 }, elapsed: 300 },
    { endCall: true, says: GOODBYE, effective: 0, reserved: 280, accrued: 280, remaining: 0, next: 0 },
  ],
  [
    'ends when more than all is used, and owes what it has used',
    { terms: { balancePence: 280 }, elapsed: 361 },
    { endCall: true, says: GOODBYE, effective: 0, reserved: 280, accrued: 392, remaining: 0, next: 0 },
  ],
  [
    'is warned when the wallet has less than one more minute',
    { terms: { balancePence: 335 }, elapsed: 250 },
    { says: WARNING, effective: 55, reserved: 280, accrued: 280, remaining: 50, next: 50 },
  ],
  [
    'is extended by the whole minutes that the wallet has left',
    { terms: { balancePence: 392 }, elapsed: 250 },
    { effective: 0, reserved: 392, accrued: 280, remaining: 170, next: 60 },
  ],
  [
    'is not extended with money that other calls hold',
    { terms: { balancePence: 840 }, others: [5, 5], elapsed: 250 },
    { says: WARNING, effective: 0, reserved: 280, accrued: 280, remaining: 50, next: 50 },
  ],
  [
    'ends although other calls hold money: it is theirs',
    { terms: { balancePence: 840 }, others: [5, 5], elapsed: 300 },
    { endCall: true, says: GOODBYE, effective: 0, reserved: 280, accrued: 280, remaining: 0, next: 0 },
  ],
  [
    'is extended by a top-up in its last second',
    { terms: { balancePence: 280 }, topUp: 1_000, elapsed: 299.5 },
    { effective: 720, reserved: 560, accrued: 280, remaining: 300.5, next: 60 },
  ],
  [
    'that has used all goes on after a top-up of one minute',
    { terms: { balancePence: 280 }, topUp: 56, elapsed: 300 },
    { effective: 0, reserved: 336, accrued: 280, remaining: 60, next: 60 },
  ],
  [
    'that has used all ends in spite of a top-up that buys nothing',
    { terms: { balancePence: 280 }, topUp: 55, elapsed: 300 },
    { endCall: true, says: GOODBYE, effective: 55, reserved: 280, accrued: 280, remaining: 0, next: 0 },
  ],
  [
    'is extended within the debt limit',
    { terms: { balancePence: 280, debtLimitPence: 112 }, elapsed: 250 },
    { effective: -112, reserved: 392, accrued: 280, remaining: 170, next: 60 },
  ],
  [
    'under strict is not extended: the cap that Vapi knows is its hold',
    { terms: { balancePence: 10_000, sharing: 'strict' }, elapsed: 250 },
    { says: WARNING, effective: 9_720, reserved: 280, accrued: 280, remaining: 50, next: 50 },
  ],
  [
    'without prepaid billing never ends for money',
    { terms: { prepaidBilling: false }, elapsed: 40_000 },
    { effective: 0, reserved: 0, accrued: 37_352, remaining: 3_200, next: 60 },
  ],
];

const RICH: TenantTerms = { balancePence: 10_000 };

describe('the status check', () => {
  let engine: TestEngine;
  let operator: Operator;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  function ask(
    body: object,
    headers: OutgoingHttpHeaders = { 'x-vapi-secret': engine.webhookSecret },
  ): Promise<Answer> {
    const all = { 'content-type': 'application/json', ...headers };
    return post(engine.url + STATUS_CHECK, JSON.stringify(body), all);
  }

  const ours = (id: string, durationSeconds?: number | null): object => ({
    message: { call: { id }, durationSeconds },
  });
  const theOldEngines = (id: string, durationSeconds?: number | null): object => ({
    call: { id },
    message: { durationSeconds },
  });

  async function begin({ terms, others = [], topUp = 0 }: Situation): Promise<string> {
    const orgId = await operator.openTenant(terms);
    const callId = randomUUID();
    await operator.reserve(orgId, callId);
    for (const minutes of others) await operator.reserve(orgId, randomUUID(), minutes);
    if (topUp > 0) await operator.topUp(orgId, topUp);
    return callId;
  }

  function answerOf({ endCall, says, effective, reserved, accrued, remaining, next }: Verdict): object {
    return {
      endCall: endCall ?? false,
      ...(says && { message: expect.stringMatching(says) }),
      effectiveBalancePence: effective,
      reservedPence: reserved,
      accruedPence: accrued,
      remainingSeconds: remaining,
      nextCheckSeconds: next,
    };
  }

  describe('a call that', () => {
    it.each(SITUATIONS)('%s', async (_, situation, verdict) => {
      const callId = await begin(situation);
      const first = await ask(ours(callId, situation.elapsed));
      expect(first).toMatchObject({ status: 200 });
      expect(first.body).toEqual(answerOf(verdict));
      // Asking again extends no further, in the old engine's shape as well.
      expect((await ask(theOldEngines(callId, situation.elapsed))).body).toEqual(first.body);
      expect(await operator.violations()).toEqual([]);
    });
  });

  it('counts the seconds itself when nobody says how many', async () => {
    const { call } = await openNumberedTenant(operator, { balancePence: 10_000 });
    const callId = randomUUID();
    await deliver(engine, assistantRequest(callId, call));
    await deliver(engine, inProgress(callId, call, new Date(Date.now() - 130_000)));
    for (const body of [ours(callId), ours(callId, null), theOldEngines(callId), { call: { id: callId } }]) {
      const { body: answer } = await ask(body);
      expect(answer).toMatchObject({ endCall: false, accruedPence: 168, reservedPence: 280 });
      expect(answer.remainingSeconds).toBeGreaterThan(120);
      expect(answer.remainingSeconds).toBeLessThanOrEqual(170);
    }
  });

  it('keeps the hold of a call that is asked about', async () => {
    const orgId = await operator.openTenant({ balancePence: 10_000 });
    const callId = randomUUID();
    await operator.reserve(orgId, callId);
    const expiry = async (): Promise<number> =>
      Date.parse(String((await operator.story(callId)).reservation?.expiresAt));
    const half = `update credit_reservations set expires_at = expires_at - interval '15 minutes' where call_id = $1`;
    await sql(engine.database.url, half, [callId]);
    await ask(ours(callId, 10));
    expect((await expiry()) - Date.now()).toBeGreaterThan(29 * 60_000);
  });

  it('waits for nobody when nothing is to be written', async () => {
    const orgId = await operator.openTenant({ balancePence: 10_000 });
    const callId = randomUUID();
    await operator.reserve(orgId, callId);
    const before = await ask(ours(callId, 60));
    const unlock = await lockWallet(engine.database.url, orgId); // whoever moves its money must wait, and gives up
    try {
      expect(await ask(ours(callId, 60))).toEqual(before);
      expect(await ask(ours(callId, 250))).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    } finally {
      await unlock();
    }
    expect(await ask(ours(callId, 250))).toMatchObject({ status: 200, body: { reservedPence: 560 } });
  });

  it('answers for the call of this id, not for one that names it as Vapi’s', async () => {
    const [orgId, other] = [await operator.openTenant({ balancePence: 280 }), await operator.openTenant(RICH)];
    const [callId, posing] = [randomUUID(), randomUUID()];
    await operator.reserve(other, posing, 10, callId);
    await operator.reserve(orgId, callId);
    expect((await ask(ours(callId, 60))).body).toMatchObject({ reservedPence: 280, effectiveBalancePence: 0 });
    expect((await ask(ours(posing, 60))).body).toMatchObject({ reservedPence: 560 });
  });

  it('adds nothing to the hold of a call that has ended, whose report is still to come', async () => {
    const { orgId, call } = await openNumberedTenant(operator, { balancePence: 10_000 });
    const callId = randomUUID();
    const startedAt = new Date(Date.now() - 290_000);
    await deliver(engine, assistantRequest(callId, call));
    await deliver(engine, inProgress(callId, call, startedAt));
    await deliver(engine, ended(callId, call, new Date(startedAt.getTime() + 70_000)));
    for (const body of [ours(callId), ours(callId, 290)]) {
      expect((await ask(body)).body).toEqual({
        endCall: true,
        effectiveBalancePence: 9_720,
        reservedPence: 280,
        accruedPence: 112,
        remainingSeconds: 0,
        nextCheckSeconds: 0,
      });
    }
    expect(await operator.wallet(orgId)).toMatchObject({ heldPence: 280 });
  });

  it('ends a call that was charged already, and owes no more than that however long ago it was', async () => {
    const { call } = await openNumberedTenant(operator, { balancePence: 10_000 });
    const callId = randomUUID();
    for (const message of [assistantRequest, inProgress, ended]) await deliver(engine, message(callId, call));
    const startedAt = new Date(Date.now() - 86_400_000);
    const endedAt = new Date(startedAt.getTime() + 20_000);
    await deliver(engine, report(callId, call, { durationSeconds: 20, startedAt, endedAt }));
    for (const body of [ours(callId), ours(callId, 21), ours(callId, 3_600)]) {
      expect((await ask(body)).body).toMatchObject({
        endCall: true,
        accruedPence: 56,
        remainingSeconds: 0,
        nextCheckSeconds: 0,
      });
    }
  });

  it('is told in the call’s story', async () => {
    const callId = await begin({ terms: { balancePence: 280 }, elapsed: 0 });
    await ask(ours(callId, 60));
    await eventually(async () => {
      const checks = (await operator.story(callId)).events.filter(({ kind }) => kind === 'checked');
      expect(checks).toEqual([expect.objectContaining({ by: 'status-check', remainingSeconds: 240, endCall: false })]);
    });
  });

  describe('is open', () => {
    let callId: string;
    let mine: OutgoingHttpHeaders;
    let foreign: OutgoingHttpHeaders;

    beforeAll(async () => {
      const [orgId, other] = [await operator.openTenant({ balancePence: 280 }), await operator.openTenant()];
      callId = randomUUID();
      await operator.reserve(orgId, callId);
      mine = { authorization: `Bearer ${await operator.keyOf(orgId)}` };
      foreign = { authorization: `Bearer ${await operator.keyOf(other)}` };
    });

    it('to an organisation for its own calls', async () => {
      expect(await ask(ours(callId, 60), mine)).toMatchObject({ status: 200, body: { endCall: false } });
      const { authorization } = mine;
      const apikey = String(authorization).slice(7);
      expect(await ask(ours(callId, 60), { apikey })).toMatchObject({ status: 200 });
      expect(await ask(ours(callId, 60), { apikey, authorization: 'Bearer a-session' })).toMatchObject({ status: 200 });
    });

    it('to Vapi and to an operator for any call', async () => {
      for (const headers of [
        { authorization: `Bearer ${engine.webhookSecret}` },
        { authorization: `Bearer ${engine.adminKey}` },
      ]) {
        expect(await ask(ours(callId, 60), headers)).toMatchObject({ status: 200 });
      }
    });

    it('to nobody for a call of another: it does not exist, and nothing is extended', async () => {
      const [foreignCall, noCall] = [
        await ask(ours(callId, 250), foreign),
        await ask(ours(randomUUID(), 250), foreign),
      ];
      const { requestId: _, ...problem } = foreignCall.body;
      expect(foreignCall).toMatchObject({ status: 404, body: { code: 'call_not_found' } });
      expect(noCall.body).toMatchObject(problem);
      const story = await operator.story(callId);
      expect(story.events.filter(({ kind }) => kind === 'extended')).toEqual([]);
    });

    it('to nobody for a call of another that Vapi has told of', async () => {
      const { orgId, call } = await openNumberedTenant(operator, { balancePence: 10_000 });
      const followed = randomUUID();
      await deliver(engine, inProgress(followed, call));
      expect(await ask(ours(followed, 250), foreign)).toMatchObject({ status: 404, body: { code: 'call_not_found' } });
      expect(await operator.wallet(orgId)).toMatchObject({ heldPence: 280 });
      expect(await ask(ours(followed, 250))).toMatchObject({ status: 200 });
    });

    it('to nobody without a secret or a key, whatever is asked', async () => {
      for (const body of [ours(callId, 60), {}, { call: { id: 7 } }, []]) {
        for (const headers of [{}, { 'x-vapi-secret': 'wrong' }, { authorization: 'Bearer wrong' }]) {
          expect(await ask(body, headers)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
        }
      }
    });

    it('to nobody for a call that is unknown', async () => {
      expect(await ask(ours(randomUUID(), 1))).toMatchObject({ status: 404, body: { code: 'call_not_found' } });
    });
  });

  it.each<[string, object]>([
    ['no call', {}],
    ['a call without an id', { call: {} }],
    ['an id that is a number', { call: { id: 7 } }],
    ['an empty id', { message: { call: { id: '' } } }],
    ['a negative duration', { message: { call: { id: 'c' }, durationSeconds: -1 } }],
    ['a duration that is a text', { message: { call: { id: 'c' }, durationSeconds: '60' } }],
    ['a duration longer than a month', { message: { call: { id: 'c' }, durationSeconds: 2_592_001 } }],
    ['no object', []],
  ])('answers 400 to %s', async (_, body) => {
    expect(await ask(body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});

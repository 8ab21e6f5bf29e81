import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { deliver, post, STATUS_CHECK, type Answer } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, inProgress, report } from './support/messages';
import { Operator, type Story } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

const BALANCE = 1_000;
const HELD = { balancePence: BALANCE, heldPence: 280, activeReservations: 1 };

/** Whatever ids they give: none learns of the other's call, gives its hold back or is judged by its clock. */
describe('of two tenants that name one call', () => {
  let engine: TestEngine;
  let operator: Operator;
  let owner: NumberedTenant;
  let other: string;
  /** The owner's at Vapi. */
  let callId: string;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  beforeEach(async () => {
    owner = await openNumberedTenant(operator, { balancePence: BALANCE });
    other = await operator.openTenant({ balancePence: BALANCE });
    callId = randomUUID();
  });

  const ask = async (id: string, authorization: string, durationSeconds?: number): Promise<Answer> =>
    post(engine.url + STATUS_CHECK, JSON.stringify({ message: { call: { id }, durationSeconds } }), {
      'content-type': 'application/json',
      authorization,
    });
  const keyOf = async (orgId: string): Promise<string> => `Bearer ${await operator.keyOf(orgId)}`;

  it('who asks for a hold of another for his own call gets a conflict, and gives nothing of it back', async () => {
    await deliver(engine, inProgress(callId, owner.call)); // held under Vapi's id: an id of the client's is a second name
    const held = randomUUID();
    await operator.reserve(other, held);
    expect(await operator.bill(owner.orgId, 'reserve-credits', { callId: held, vapiCallId: callId })).toMatchObject({
      status: 409,
      body: { code: 'call_id_conflict' },
    });
    for (const orgId of [owner.orgId, other]) expect(await operator.wallet(orgId)).toMatchObject(HELD);
  });

  describe('a hold that names a call of another', () => {
    let named: string;

    beforeEach(async () => {
      await deliver(engine, inProgress(callId, owner.call, new Date(Date.now() - 200_000)));
      named = randomUUID();
      await operator.reserve(other, named, 5, callId);
    });

    it('is asked about by its own clock', async () => {
      const { status, body } = await ask(named, await keyOf(other));
      expect(status).toBe(200);
      expect(Number(body['remainingSeconds'])).toBeGreaterThan(200);
    });

    it('has a story of its own', async () => {
      const answer = await fetch(`${engine.url}/api/billing/calls/${named}`, {
        headers: { authorization: await keyOf(other) },
      });
      const { state, startedAt, events } = (await answer.json()) as Story;
      expect({ state, startedAt, kinds: events.map(({ kind }) => kind) }).toEqual({
        state: 'live',
        startedAt: null,
        kinds: ['reserved'],
      });
    });

    it('pays nothing of it', async () => {
      await deliver(engine, report(callId, owner.call, { durationSeconds: 61 }));
      expect(await operator.wallet(owner.orgId)).toMatchObject({ balancePence: BALANCE - 112, heldPence: 0 });
      expect(await operator.wallet(other)).toMatchObject(HELD);
    });
  });

  it('whose hold stands under the id of a call that the gate refused another sees it listed as live', async () => {
    const broke = await openNumberedTenant(operator);
    expect((await deliver(engine, assistantRequest(callId, broke.call))).body).toHaveProperty('error');
    await eventually(async () => expect((await operator.story(callId)).state).toBe('refused'));
    await operator.reserve(other, callId);
    const answer = await fetch(`${engine.url}/api/admin/calls?state=live&limit=200`, {
      headers: { authorization: `Bearer ${engine.adminKey}` },
    });
    const { data } = (await answer.json()) as { data: { callId: string }[] };
    expect(data.filter((item) => item.callId === callId)).toMatchObject([{ orgId: other, startedAt: null }]);
  });

  it('a call that nobody pays for is not said to go on for a hold that another has under its id', async () => {
    const broke = await openNumberedTenant(operator);
    await deliver(engine, inProgress(callId, broke.call));
    await operator.reserve(other, callId);
    expect(await ask(callId, `Bearer ${engine.webhookSecret}`, 1)).toMatchObject({
      status: 200,
      body: { endCall: true, reservedPence: 0 },
    });
    expect(await operator.wallet(other)).toMatchObject(HELD);
  });
});

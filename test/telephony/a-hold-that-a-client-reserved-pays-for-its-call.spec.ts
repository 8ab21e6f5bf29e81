import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { deliver, post, STATUS_CHECK } from './support/deliver';
import { eventually } from './support/eventually';
import { ended, inProgress, report } from './support/messages';
import { Operator } from './support/operator';

const BALANCE = 10_000;

/** A client of the old engine reserves under an id of its own, starts the call at Vapi, and names both. */
describe('a hold that a client reserved for a call at Vapi', () => {
  let engine: TestEngine;
  let operator: Operator;
  let orgId: string;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  beforeEach(async () => {
    orgId = await operator.openTenant({ balancePence: BALANCE });
  });

  // Nothing but the hold tells whose call it is: no number, no assistant, no metadata.
  it('pays for it, alone and once, whichever id the messages and questions name', async () => {
    const [own, vapis] = [randomUUID(), randomUUID()];
    await operator.reserve(orgId, own, 5, vapis);
    await deliver(engine, inProgress(vapis, { type: 'outboundPhoneCall' }, new Date(Date.now() - 70_000)));
    expect(await operator.wallet(orgId)).toMatchObject({ heldPence: 280, activeReservations: 1 });
    for (const id of [own, vapis]) {
      const body = JSON.stringify({ message: { call: { id } } });
      const headers = { 'content-type': 'application/json', 'x-vapi-secret': engine.webhookSecret };
      const { body: answer } = await post(engine.url + STATUS_CHECK, body, headers);
      expect(answer).toMatchObject({ endCall: false, reservedPence: 280 });
    }
    await deliver(engine, ended(vapis, {}));
    await deliver(engine, report(vapis, {}, { durationSeconds: 70 }));
    await deliver(engine, report(vapis, {}, { durationSeconds: 70 }));
    expect(await operator.wallet(orgId)).toMatchObject({
      balancePence: BALANCE - 112,
      heldPence: 0,
      activeReservations: 0,
    });
    const stories = await eventually(async () => {
      const both = [await operator.story(own), await operator.story(vapis)] as const;
      expect(both[0].events.map(({ kind }) => kind)).toContain('reported');
      return both;
    });
    expect(stories[0]).toEqual(stories[1]);
    expect(stories[0]).toMatchObject({ orgId, state: 'settled', reservation: { callId: own, vapiCallId: vapis } });
    expect(await operator.violations()).toEqual([]);
  });
});

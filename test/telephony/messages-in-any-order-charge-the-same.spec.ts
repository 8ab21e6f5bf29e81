import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { TestEngine } from '../support/engine';
import { deliver } from './support/deliver';
import { ACME, INITIAL_PENCE, messageOf, startFixtureEngine } from './support/fixture-tenants';
import { Operator } from './support/operator';

/** One call: asked for, answered, ended, reported, reported again. */
const MESSAGES = ['01', '03', '04', '05', '07'] as const;
/** 187.412 s at 56p a minute. */
const PRICE = 224;
/** Calls followed side by side: their messages mix, as they do in life. */
const AT_ONCE = 12;

describe('whatever order its messages come in', () => {
  let engine: TestEngine;
  let operator: Operator;
  let calls = 0;

  beforeAll(async () => {
    engine = await startFixtureEngine(null, 100 * INITIAL_PENCE);
    operator = new Operator(engine);
  });

  afterAll(() => engine.stop());

  /** @returns the call's id */
  async function play(order: readonly string[], sideBySide = false): Promise<string> {
    const callId = randomUUID();
    calls += 1;
    const send = async (fixture: string): Promise<void> => {
      expect((await deliver(engine, messageOf(fixture, callId))).status).toBe(200);
    };
    if (sideBySide) await Promise.all(order.map(send));
    else for (const fixture of order) await send(fixture);
    return callId;
  }

  async function expectChargedOnce(callId: string, order: readonly string[]): Promise<void> {
    const { state, reservation, transactions } = await operator.story(callId);
    const charges = transactions.filter(({ type }) => type === 'call_deduction').map((each) => each.amountPence);
    const held = transactions.map(({ type, amountPence }) => {
      if (type === 'reservation') return Math.abs(amountPence);
      return type === 'reservation_release' ? -Math.abs(amountPence) : 0;
    });
    const facts = { order, state, status: reservation?.status, charges: charges.map(Math.abs) };
    expect(facts).toEqual({ order, state: 'settled', status: 'committed', charges: [PRICE] });
    // What was held for it was either used or given back.
    expect([0, PRICE]).toContain(held.reduce((sum, pence) => sum + pence, 0));
  }

  afterEach(async () => {
    expect(await operator.wallet(ACME.orgId)).toMatchObject({
      balancePence: 100 * INITIAL_PENCE - calls * PRICE,
      heldPence: 0,
      arrearsPence: 0,
      activeReservations: 0,
    });
  });

  it('a call is charged once and holds nothing afterwards, in all 120 orders', async () => {
    const orders = permutationsOf(MESSAGES);
    expect(orders).toHaveLength(120);
    for (let i = 0; i < orders.length; i += AT_ONCE) {
      await Promise.all(orders.slice(i, i + AT_ONCE).map(async (order) => expectChargedOnce(await play(order), order)));
    }
  });

  it('a call is charged once with any of them lost or repeated, as long as one report arrives', async () => {
    const message = fc.constantFrom(...MESSAGES);
    const order = fc.array(message, { minLength: 1, maxLength: 12 }).filter((all) => all.includes('05'));
    await fc.assert(
      fc.asyncProperty(order, fc.boolean(), async (messages, sideBySide) => {
        // What an earlier message may open (a hold by a late gate) the report that ends the sequence settles.
        const whole = sideBySide ? messages : [...messages, '07'];
        const callId = await play(whole, sideBySide);
        if (sideBySide) await deliver(engine, messageOf('07', callId));
        await expectChargedOnce(callId, whole);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['an answer', '03'],
    ['a request', '01'],
  ])('%s that is told after the end holds nothing', async (_, late) => {
    const callId = randomUUID();
    await deliver(engine, messageOf('04', callId));
    await deliver(engine, messageOf(late, callId));
    expect((await operator.story(callId)).state).toBe('ended');
  });

  it('nothing of all this failed, and every invariant holds', async () => {
    // Not even a gate that is asked about a call which is over: it refuses, and nobody needs to look at that.
    expect(await operator.deliveries({ status: 'failed' })).toEqual([]);
    expect(await operator.violations()).toEqual([]);
  });
});

function permutationsOf<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutationsOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

import { randomUUID } from 'node:crypto';
import type { Simulator } from '../../apps/vapi-simulator/src/index';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import { sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { inProgress } from './support/messages';
import { Operator } from './support/operator';
import { openTenantAtVapi, settingsFor, startVapi } from './support/simulated-vapi';

const SPEED = 5;
const CALLS = 16;
/** Seconds, and pence at one penny a second: 10 s of real time, so that a busy machine still comes in time for both warnings. */
const PAID = 50;
const PER_SECOND = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };

describe('two engines on one database', () => {
  let database: FreshDatabase;
  let vapi: Simulator;
  let engines: TestEngine[];

  beforeAll(async () => {
    database = await freshDatabase('two_engines');
    vapi = await startVapi(SPEED);
    const settings = { databaseUrl: database.url, ...settingsFor(vapi, SPEED) };
    engines = await Promise.all([startTestEngine(settings), startTestEngine(settings)]);
    vapi.pointAt(engines[0]!.url);
  });

  afterAll(async () => {
    await vapi.close();
    await Promise.all(engines.map((engine) => engine.stop()));
    await database.drop();
  });

  it('warn, end and charge every call exactly once', async () => {
    const operator = new Operator(engines[1]!);
    const tenants = await Promise.all(
      Array.from({ length: CALLS }, () =>
        openTenantAtVapi(vapi, operator, { balancePence: PAID, rateCard: PER_SECOND }),
      ),
    );
    const calls = tenants.map((tenant) => vapi.outbound({ ...tenant, ringSeconds: 0 }));
    await Promise.all(calls.map(({ id }) => vapi.ended(id)));
    await vapi.idle();
    for (const [i, { id, said, talkedMs }] of calls.entries()) {
      const sentences = said.map(({ content, endCallAfterSpoken }) => ({ content, endCallAfterSpoken }));
      expect(sentences).toEqual([
        { content: expect.stringContaining('about'), endCallAfterSpoken: false }, // below a minute from the beginning
        { content: expect.stringContaining('seconds'), endCallAfterSpoken: false }, // at 15 s
        { content: expect.stringContaining('used up'), endCallAfterSpoken: true },
      ]);
      expect(talkedMs).toBeGreaterThanOrEqual(PAID * 1_000);
      const story = await eventually(async () => {
        const told = await operator.story(id);
        expect(told.state).toBe('settled');
        return told;
      });
      const count = (kind: string): number => story.events.filter((event) => event.kind === kind).length;
      expect({ warned: count('warned'), charged: count('charged') }).toEqual({ warned: 2, charged: 1 });
      // Nobody makes an attempt to end it that another has made.
      const attempts = story.events
        .filter(({ kind }) => kind === 'cut' || kind === 'cut_failed')
        .map((each) => each.attempt);
      expect(attempts).toEqual(attempts.map((_, attempt) => attempt + 1));
      const cost = Math.ceil(talkedMs / 1_000);
      expect(await operator.wallet(tenants[i]!.orgId)).toMatchObject({
        balancePence: 0,
        heldPence: 0,
        arrearsPence: cost - PAID,
      });
    }
    expect(await operator.violations()).toEqual([]);
  });

  it('look at a call when it is due, not again for every message that tells nothing new', async () => {
    const [engine] = engines as [TestEngine];
    const operator = new Operator(engine);
    const { phoneNumberId } = await openTenantAtVapi(vapi, operator, { balancePence: 10_000 });
    const callId = randomUUID();
    const message = inProgress(callId, { phoneNumberId, controlUrl: `${vapi.url}/control/${callId}` });
    await deliver(engine, message);
    const nextLook = async (): Promise<number> => {
      const due = 'select next_decision_at as at from calls where call_id = $1';
      return (await sql<{ at: Date }>(database.url, due, [callId]))[0]!.at.getTime();
    };
    // The first look extended nothing: the next is 65 s before the hold's end, longer than any lease.
    const planned = await eventually(async () => {
      const at = await nextLook();
      expect(at - vapi.clock.nowMs()).toBeGreaterThan(120_000);
      return at;
    });
    for (const again of [message, { ...message, type: 'speech-update' }]) await deliver(engine, again);
    expect(await nextLook()).toBe(planned);
  });
});

import { randomUUID } from 'node:crypto';
import type { SimulatedCall } from '../../apps/vapi-simulator/src/index';
import { eventually } from './support/eventually';
import type { Story, StoryEvent } from './support/operator';
import { startWorld, type TenantAtVapi, type World } from './support/simulated-vapi';

const SPEED = 20;
/** Its report, or its record if that is seen first. */
const VAPI = /^vapi:(report|lookup)$/;
/** One penny buys one second. */
const PER_SECOND = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };

describe('the story of a call', () => {
  let world: World;
  let cut: SimulatedCall, gated: SimulatedCall, refused: SimulatedCall;
  let owner: TenantAtVapi;

  beforeAll(async () => {
    world = await startWorld(SPEED);
    const { vapi } = world;
    owner = await world.openTenant({ balancePence: 90, estimatedMinutes: 1, rateCard: PER_SECOND });
    const [rich, broke] = await Promise.all([
      world.openTenant({ balancePence: 10_000 }),
      world.openTenant({ balancePence: 0 }),
    ]);
    cut = vapi.outbound({ ...owner, ringSeconds: 0 });
    gated = vapi.inbound({ phoneNumberId: rich.phoneNumberId, talkSeconds: 61, ringSeconds: 2 });
    refused = vapi.inbound({ phoneNumberId: broke.phoneNumberId, talkSeconds: 61 });
    await Promise.all([cut, gated, refused].map(({ id }) => vapi.ended(id)));
  });

  afterAll(() => world.stop());

  const settled = (callId: string): Promise<Story> =>
    eventually(async () => {
      const story = await world.operator.story(callId);
      expect(story.state).toBe('settled');
      expect(story.events.map(({ kind }) => kind)).toContain('reported');
      return story;
    });

  /**
   * Checks come as often as they must; a cut may be asked for again, and Vapi be asked, before the end is seen; what is
   * talked until then is owed.
   */
  const turningPoints = ({ events }: Story): StoryEvent[] =>
    events.filter(
      ({ kind, attempt }) =>
        !['checked', 'cut_failed', 'looked_up', 'arrears'].includes(kind) && !(kind === 'cut' && attempt !== 1),
    );

  it('tells every grant, extension, check, warning, the cut and the charge, in order and with reasons', async () => {
    const call = cut;
    const story = await settled(call.id);

    expect(story).toMatchObject({ orgId: owner.orgId, reservation: { status: 'committed', committedPence: 90 } });
    expect(Date.parse(story.startedAt ?? '')).toBe(call.startedAtMs);
    expect(Date.parse(story.endedAt ?? '')).toBe(call.endedAtMs);
    const at = story.events.map((event) => Date.parse(event.at));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(turningPoints(story)).toEqual([
      expect.objectContaining({ kind: 'answered', callKind: 'outbound' }),
      expect.objectContaining({ kind: 'reserved', amountPence: 60, by: 'vapi:webhook' }),
      expect.objectContaining({ kind: 'extended', amountPence: 30, by: 'system:timer' }),
      expect.objectContaining({ kind: 'warned', said: true, remainingSeconds: expect.any(Number) }),
      expect.objectContaining({ kind: 'warned', said: true, remainingSeconds: expect.any(Number) }),
      expect.objectContaining({ kind: 'cut', attempt: 1 }),
      expect.objectContaining({ kind: 'ended', endedReason: call.endedReason }),
      expect.objectContaining({ kind: 'charged', amountPence: 90, by: expect.stringMatching(VAPI) }),
      expect.objectContaining({ kind: 'reported', seconds: call.talkedMs / 1_000 }),
    ]);
    const warned = story.events
      .filter(({ kind }) => kind === 'warned')
      .map(({ remainingSeconds }) => Number(remainingSeconds));
    expect(warned[0]).toBeLessThanOrEqual(60);
    expect(warned[0]).toBeGreaterThan(15);
    expect(warned[1]).toBeLessThanOrEqual(15);
    expect(warned[1]).toBeGreaterThan(0);

    // Each decision was made on a check, and the last one said why: nothing was left.
    const checks = story.events.filter(({ kind }) => kind === 'checked');
    expect(checks.length).toBeGreaterThanOrEqual(4);
    const end = story.events.findIndex(({ kind }) => kind === 'cut');
    expect(story.events.slice(0, end).findLast(({ kind }) => kind === 'checked')).toMatchObject({
      by: 'timer',
      remainingSeconds: 0,
      lastSlice: true,
    });

    // The money in it is the journal's.
    expect(
      story.transactions.map(({ type, amountPence, createdBy }) => [type, Math.abs(amountPence), createdBy]),
    ).toEqual([
      ['reservation', 60, 'vapi:webhook'],
      ['reservation', 30, 'system:timer'],
      ['call_deduction', 90, expect.stringMatching(VAPI)],
    ]);
  });

  it('begins at the gate, and shows what was given back', async () => {
    const facts = turningPoints(await settled(gated.id)).map(({ kind, amountPence }) => [kind, amountPence]);
    expect(facts).toEqual([
      ['reserved', 280],
      ['gate_accepted', undefined],
      ['answered', undefined],
      ['ended', undefined],
      ['charged', 112],
      ['released', 168],
      ['reported', undefined],
    ]);
  });

  it('tells why a call was refused', async () => {
    await eventually(async () => {
      const { events, transactions } = await world.operator.story(refused.id);
      expect(events[0]).toMatchObject({ kind: 'gate_refused', why: 'out_of_credit' });
      expect(transactions).toEqual([]);
    });
  });

  const ask = async (orgId: string, callId: string): Promise<{ status: number; body: Story & { code?: string } }> => {
    const key = await world.operator.keyOf(orgId);
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${world.engine.url}/api/billing/calls/${callId}`, { headers });
    return { status: answer.status, body: (await answer.json()) as Story & { code?: string } };
  };

  it('is told to the organisation whose call it is, and to no other', async () => {
    const foreign = await world.openTenant({ balancePence: 0 });
    const unknown = { status: 404, body: { code: 'call_not_found' } };
    expect((await ask(owner.orgId, cut.id)).status).toBe(200);
    expect(await ask(foreign.orgId, cut.id)).toMatchObject(unknown);
    expect(await ask(foreign.orgId, randomUUID())).toMatchObject(unknown);
  });

  it('is told to nobody who reserves under the id of a call of another, nor his to that one', async () => {
    const foreign = await world.openTenant({ balancePence: 1_000 });
    const { orgId } = await world.operator.story(refused.id);
    await world.operator.reserve(foreign.orgId, refused.id);
    const kindsFor = async (asker: string): Promise<string[]> =>
      (await ask(asker, refused.id)).body.events.map(({ kind }) => kind);
    expect(await kindsFor(foreign.orgId)).toEqual(['reserved']);
    expect(await kindsFor(orgId)).toContain('gate_refused');
    expect(await world.operator.story(refused.id)).toMatchObject({ orgId, reservation: null });
  });

  it('leaves a book in which every invariant holds', async () => {
    expect(await world.operator.violations()).toEqual([]);
  });
});

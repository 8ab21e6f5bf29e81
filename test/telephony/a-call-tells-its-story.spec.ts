import { randomUUID } from 'node:crypto';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { ended } from './support/messages';
import type { Story, StoryEvent } from './support/operator';
import { startWorld, type World } from './support/simulated-vapi';

const SPEED = 15;
/** One penny buys one second. */
const PER_SECOND = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };

describe('the story of a call', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld(SPEED);
  });

  afterAll(() => world.stop());

  const settled = (callId: string): Promise<Story> =>
    eventually(async () => {
      const story = await world.operator.story(callId);
      expect(story.state).toBe('settled');
      expect(story.events.map(({ kind }) => kind)).toContain('reported');
      return story;
    });

  /** Checks come as often as they must; a cut may be asked for again before the end is seen. */
  const turningPoints = ({ events }: Story): StoryEvent[] =>
    events.filter(
      ({ kind, attempt }) => kind !== 'checked' && kind !== 'cut_failed' && !(kind === 'cut' && attempt !== 1),
    );

  it('tells every grant, extension, check, warning, the cut and the charge, in order and with reasons', async () => {
    const tenant = await world.openTenant({ balancePence: 90, estimatedMinutes: 1, rateCard: PER_SECOND });
    const call = world.vapi.outbound({ ...tenant, ringSeconds: 0 });
    await world.vapi.ended(call.id);
    const story = await settled(call.id);

    expect(story).toMatchObject({ orgId: tenant.orgId, reservation: { status: 'committed', committedPence: 90 } });
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
      expect.objectContaining({ kind: 'charged', amountPence: 90, by: 'vapi:report' }),
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
    const cut = story.events.findIndex(({ kind }) => kind === 'cut');
    expect(story.events.slice(0, cut).findLast(({ kind }) => kind === 'checked')).toMatchObject({
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
      ['call_deduction', 90, 'vapi:report'],
    ]);
  });

  it('begins at the gate, and shows what was given back', async () => {
    const tenant = await world.openTenant({ balancePence: 10_000 });
    const call = world.vapi.inbound({ phoneNumberId: tenant.phoneNumberId, talkSeconds: 61, ringSeconds: 2 });
    await world.vapi.ended(call.id);
    const facts = turningPoints(await settled(call.id)).map(({ kind, amountPence }) => [kind, amountPence]);
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
    const tenant = await world.openTenant({ balancePence: 0 });
    const call = world.vapi.inbound({ phoneNumberId: tenant.phoneNumberId, talkSeconds: 61 });
    await world.vapi.ended(call.id);
    await deliver(world.engine, ended(call.id, { phoneNumberId: tenant.phoneNumberId }));
    const story = await eventually(async () => {
      const told = await world.operator.story(call.id);
      expect(told.events.length).toBeGreaterThan(0);
      return told;
    });
    expect(story).toMatchObject({ state: 'refused', reservation: null, transactions: [] });
    expect(story.events).toEqual([expect.objectContaining({ kind: 'gate_refused', why: 'out_of_credit' })]);
  });

  it('is told to the organisation whose call it is, and to no other', async () => {
    const [mine, foreign] = await Promise.all([
      world.openTenant({ balancePence: 10_000 }),
      world.openTenant({ balancePence: 0 }),
    ]);
    const call = world.vapi.outbound({ ...mine, talkSeconds: 5, ringSeconds: 0 });
    await world.vapi.ended(call.id);
    await settled(call.id);
    const ask = async (orgId: string, callId: string): Promise<{ status: number; code?: unknown }> => {
      const key = await world.operator.keyOf(orgId);
      const headers = { authorization: `Bearer ${key}` };
      const answer = await fetch(`${world.engine.url}/api/billing/calls/${callId}`, { headers });
      return { status: answer.status, code: ((await answer.json()) as { code?: unknown }).code };
    };
    expect(await ask(mine.orgId, call.id)).toEqual({ status: 200, code: undefined });
    expect(await ask(foreign.orgId, call.id)).toEqual({ status: 404, code: 'call_not_found' });
    expect(await ask(foreign.orgId, randomUUID())).toEqual({ status: 404, code: 'call_not_found' });
  });

  it('leaves a book in which every invariant holds', async () => {
    expect(await world.operator.violations()).toEqual([]);
  });
});

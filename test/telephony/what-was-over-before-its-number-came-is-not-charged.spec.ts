import { createHmac } from 'node:crypto';
import type { SimulatedCall } from '../../apps/vapi-simulator/src/index';
import { eventually } from './support/eventually';
import { startWorld, type World } from './support/simulated-vapi';

/** Vapi's finished calls are listed every minute: every two seconds here. */
const SPEED = 30;
const BALANCE = 10_000;

describe('a finished call that Vapi lists because it corrected it', () => {
  let world: World;

  beforeAll(async () => {
    // What the engine knows of these calls it finds in Vapi's list.
    world = await startWorld(SPEED, { faults: { lostPercent: 100 } });
  });

  afterAll(() => world.stop());

  it('is not charged when it was over before its number, or its assistant, came to the tenant', async () => {
    const { vapi, operator } = world;
    const orgId = await operator.openTenant({ balancePence: BALANCE });
    const assistantId = `assistant-of-${orgId}`;
    const number = vapi.phoneNumbers.create({ provider: 'twilio', number: '+14155559901', twilioAccountSid: 'AC1' });
    const brief = { talkSeconds: 20, ringSeconds: 0 };
    const earlier = [
      vapi.outbound({ phoneNumberId: number.id, assistantId, ...brief }),
      vapi.web({ assistantId, ...brief }),
    ];
    await Promise.all(earlier.map(({ id }) => vapi.ended(id)));
    await operator.registerNumber(orgId, number.id, assistantId);
    for (const call of earlier) call.updatedAtMs = vapi.clock.nowMs();

    const later: SimulatedCall = vapi.outbound({ phoneNumberId: number.id, assistantId, ...brief });
    await vapi.ended(later.id);
    await eventually(async () => expect((await operator.story(later.id)).state).toBe('settled'));
    // By then the earlier ones were listed beside it, and their reports missed for longer.
    expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 56, heldPence: 0 });
    expect(await operator.violations()).toEqual([]);
  });

  it('is charged all the same when signed metadata, or a hold for it, say whose it was before', async () => {
    const { vapi, operator, engine } = world;
    const orgId = await operator.openTenant({ balancePence: BALANCE });
    const number = vapi.phoneNumbers.create({ provider: 'twilio', number: '+14155559902', twilioAccountSid: 'AC1' });
    const talk = { phoneNumberId: number.id, assistantId: `assistant-of-${orgId}`, talkSeconds: 20, ringSeconds: 0 };
    const metadata = { orgId, sig: createHmac('sha256', engine.webhookSecret).update(orgId).digest('hex') };
    const signed = vapi.outbound({ ...talk, assistantOverrides: { metadata } });
    const held = vapi.outbound(talk);
    await operator.reserve(orgId, held.id);
    await Promise.all([signed, held].map(({ id }) => vapi.ended(id)));
    await operator.registerNumber(orgId, number.id, talk.assistantId);
    await eventually(async () => {
      expect(await operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 2 * 56, heldPence: 0 });
    });
    expect(await operator.violations()).toEqual([]);
  });
});

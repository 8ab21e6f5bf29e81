import type { SimulatedCall } from '../../apps/vapi-simulator/src/index';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { ended, inProgress } from './support/messages';
import type { Story } from './support/operator';
import { startWorld, type TenantAtVapi, type World } from './support/simulated-vapi';

/** A minute takes two seconds: so long the engine waits for a report before it asks Vapi. */
const SPEED = 30;
const BALANCE = 10_000;

const price = ({ talkedMs }: SimulatedCall): number => Math.ceil(Math.ceil(talkedMs / 1_000) / 60) * 56;
const charges = ({ transactions }: Story): number[] =>
  transactions.filter(({ type }) => type === 'call_deduction').map(({ amountPence }) => Math.abs(amountPence));

describe('money after messages were lost', () => {
  let silent: World, troubled: World;

  beforeAll(async () => {
    const troubles = { lostPercent: 20, duplicatedPercent: 20, reorderedPercent: 20, latePercent: 10, lateSeconds: 60 };
    [silent, troubled] = await Promise.all([
      startWorld(SPEED, { faults: { lostPercent: 100 } }),
      startWorld(SPEED, { seed: 7, faults: troubles }),
    ]);
  });

  afterAll(() => Promise.all([silent.stop(), troubled.stop()]));

  function settled({ operator }: World, { id }: SimulatedCall): Promise<Story> {
    return eventually(async () => {
      const told = await operator.story(id);
      expect(told.state).toBe('settled');
      return told;
    }, 20_000);
  }

  async function expectSettled({ orgId }: TenantAtVapi, call: SimulatedCall, pence: number): Promise<Story> {
    await silent.vapi.ended(call.id);
    const story = await settled(silent, call);
    expect(charges(story)).toEqual(pence === 0 ? [] : [pence]);
    expect(await silent.operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - pence, heldPence: 0 });
    return story;
  }

  it('of which nothing arrived: found among Vapi’s finished calls, charged once from Vapi’s own times, or given back', async () => {
    const tenants = await Promise.all(Array.from({ length: 5 }, () => silent.openTenant({ balancePence: BALANCE })));
    const [inbound, outbound, web, unanswered, followed] = tenants as [
      TenantAtVapi,
      TenantAtVapi,
      TenantAtVapi,
      TenantAtVapi,
      TenantAtVapi,
    ];
    const { vapi, engine } = silent;
    const brief = { talkSeconds: 61, ringSeconds: 0 };
    const calls = {
      inbound: vapi.inbound({ phoneNumberId: inbound.phoneNumberId, ...brief }),
      outbound: vapi.outbound({ ...outbound, ...brief }),
      web: vapi.web({ assistantId: web.assistantId, ...brief }),
      unanswered: vapi.inbound({ phoneNumberId: unanswered.phoneNumberId, answered: false, ringSeconds: 20 }),
      followed: vapi.outbound({ ...followed, ...brief }),
    };
    // Of the last one everything arrives but the report.
    const details = { phoneNumberId: followed.phoneNumberId };
    await deliver(
      engine,
      inProgress(calls.followed.id, details, new Date(calls.followed.startedAtMs ?? vapi.clock.nowMs())),
    );
    await vapi.ended(calls.followed.id);
    await deliver(engine, ended(calls.followed.id, details, new Date(calls.followed.endedAtMs ?? 0)));

    await expectSettled(inbound, calls.inbound, 112);
    await expectSettled(outbound, calls.outbound, 112);
    await expectSettled(web, calls.web, 112);
    await expectSettled(unanswered, calls.unanswered, 0);
    const story = await expectSettled(followed, calls.followed, 112);
    expect(story.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['answered', 'ended', 'looked_up', 'charged']),
    );
    expect(Date.parse(story.endedAt ?? '')).toBe(calls.followed.endedAtMs);
    expect(vapi.deliveries.records.every(({ name, result }) => name === 'assistant-request' || result === 'lost')).toBe(
      true,
    );
    expect(await silent.operator.violations()).toEqual([]);
  });

  it('lost, repeated, late and out of order: every call costs the same to the penny as if nothing had happened', async () => {
    const { vapi, operator } = troubled;
    const tenant = await troubled.openTenant({ balancePence: 10 * BALANCE });
    const calls = Array.from({ length: 24 }, (_, i) => {
      const script = { talkSeconds: 5 + i * 3, ringSeconds: 0, label: `call ${i}` };
      const { phoneNumberId, assistantId } = tenant;
      if (i % 3 === 0) return vapi.inbound({ phoneNumberId, ...script });
      return i % 3 === 1 ? vapi.outbound({ ...tenant, ...script }) : vapi.web({ assistantId, ...script });
    });
    await Promise.all(calls.map(({ id }) => vapi.ended(id)));
    await vapi.idle();
    const lost = vapi.deliveries.records.filter(
      ({ name, result }) => name === 'end-of-call-report' && result === 'lost',
    );
    expect(lost.length).toBeGreaterThan(0);
    for (const call of calls) {
      const story = await settled(troubled, call);
      expect({ call: call.label, charged: charges(story) }).toEqual({ call: call.label, charged: [price(call)] });
    }
    const total = calls.reduce((sum, call) => sum + price(call), 0);
    await eventually(async () => {
      expect(await operator.wallet(tenant.orgId)).toMatchObject({
        balancePence: 10 * BALANCE - total,
        heldPence: 0,
        activeReservations: 0,
      });
    });
    expect(await operator.violations()).toEqual([]);
  });
});

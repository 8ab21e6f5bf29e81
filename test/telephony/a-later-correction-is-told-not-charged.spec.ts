import type { SimulatedCall } from '../../apps/vapi-simulator/src/index';
import { eventually } from './support/eventually';
import type { Story, StoryEvent } from './support/operator';
import { startWorld, type TenantAtVapi, type World } from './support/simulated-vapi';

/** Vapi's finished calls are listed every minute: every two seconds here. */
const SPEED = 30;
const BALANCE = 10_000;

describe('what Vapi corrects after a call was charged', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld(SPEED);
  });

  afterAll(() => world.stop());

  async function charged(): Promise<{ tenant: TenantAtVapi; call: SimulatedCall }> {
    const tenant = await world.openTenant({ balancePence: BALANCE });
    const call = world.vapi.outbound({ ...tenant, talkSeconds: 20, ringSeconds: 0 });
    await world.vapi.ended(call.id);
    await eventually(async () => expect((await world.operator.story(call.id)).state).toBe('settled'));
    return { tenant, call };
  }

  /** As Vapi does it: the record of the finished call shows another end from now on. */
  function correct(call: SimulatedCall, bySeconds: number): void {
    call.endedAtMs = (call.endedAtMs ?? 0) + bySeconds * 1_000;
    call.updatedAtMs = world.vapi.clock.nowMs();
  }

  const corrections = ({ events }: Story): StoryEvent[] => events.filter(({ kind }) => kind === 'discrepancy');

  it('is told in the call’s story once, and charged to nobody', async () => {
    const [inflated, deflated, rounded] = await Promise.all([charged(), charged(), charged()]);
    correct(inflated.call, 100);
    correct(deflated.call, -15);
    correct(rounded.call, 1.5); // within what rounding makes

    const told = async ({ call }: { call: SimulatedCall }): Promise<StoryEvent[]> =>
      corrections(await world.operator.story(call.id));
    await eventually(async () => {
      expect(await told(inflated)).toEqual([
        expect.objectContaining({ chargedForSeconds: 20, nowReportedSeconds: 120, source: 'vapi:lookup' }),
      ]);
      expect(await told(deflated)).toEqual([expect.objectContaining({ chargedForSeconds: 20, nowReportedSeconds: 5 })]);
    });
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // listed once more, at least
    for (const [each, events, discrepancySeconds] of [
      [inflated, 1, 120],
      [deflated, 1, 5],
      [rounded, 0, null],
    ] as const) {
      const story = await world.operator.story(each.call.id);
      expect(corrections(story)).toHaveLength(events);
      expect(story.reservation).toMatchObject({ status: 'committed', committedPence: 56, discrepancySeconds });
      expect(await world.operator.wallet(each.tenant.orgId)).toMatchObject({
        balancePence: BALANCE - 56,
        heldPence: 0,
      });
    }
    expect(await world.operator.violations()).toEqual([]);
  });
});

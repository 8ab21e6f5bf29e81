import type { SimulatedCall } from '../../apps/vapi-simulator/src/index';
import { eventually } from './support/eventually';
import type { Story, StoryEvent, TenantTerms } from './support/operator';
import { startWorld, type TenantAtVapi, type World } from './support/simulated-vapi';

/** A minute takes four seconds. Nobody polls: whatever happens here, the engine did by itself. */
const SPEED = 15;

const MINUTE_LEFT = /lasts for about (one minute|\d+ seconds)/;
const SECONDS_LEFT = /lasts for about \d+ seconds?/;
const GOODBYE = /credit is used up/;

interface Played {
  readonly call: SimulatedCall;
  readonly story: Story;
  readonly tenant: TenantAtVapi;
}

describe('a live call that nobody polls', () => {
  let world: World;
  let rich: Played, poor: Played, toppedUp: Played, unpaid: Played, strict: Played;
  let sharing: Played[];

  /** Outbound: no gate, no pushed cap but Vapi's own ten minutes. @returns when it is over and charged */
  async function play(
    terms: TenantTerms,
    talkSeconds?: number,
    meanwhile?: (call: SimulatedCall) => unknown,
  ): Promise<Played> {
    const tenant = await world.openTenant(terms);
    return (await playOn(tenant, [talkSeconds], meanwhile))[0]!;
  }

  async function playOn(
    tenant: TenantAtVapi,
    talks: readonly (number | undefined)[],
    meanwhile?: (call: SimulatedCall, tenant: TenantAtVapi) => unknown,
  ): Promise<Played[]> {
    const calls = talks.map((talkSeconds) => world.vapi.outbound({ ...tenant, talkSeconds, ringSeconds: 0 }));
    await Promise.all(calls.map((call) => meanwhile?.(call, tenant)));
    return Promise.all(
      calls.map(async (call) => {
        await world.vapi.ended(call.id);
        const story = await eventually(async () => {
          const told = await world.operator.story(call.id);
          expect(told.state).toBe('settled');
          return told;
        });
        return { call, story, tenant };
      }),
    );
  }

  beforeAll(async () => {
    world = await startWorld(SPEED);
    const { operator, vapi } = world;
    const topUpAfterWarning = async (): Promise<Played> => {
      const tenant = await world.openTenant({ balancePence: 112 });
      const once = async (call: SimulatedCall): Promise<void> => {
        await eventually(() => expect(call.said).toHaveLength(1));
        await operator.topUp(tenant.orgId, 168);
      };
      return (await playOn(tenant, [130], once))[0]!;
    };
    const share = async (): Promise<Played[]> =>
      playOn(await world.openTenant({ balancePence: 168, estimatedMinutes: 1 }), [undefined, undefined]);
    [rich, poor, toppedUp, unpaid, strict, sharing] = await Promise.all([
      play({ balancePence: 10_000, estimatedMinutes: 1 }, 130),
      play({ balancePence: 112 }),
      topUpAfterWarning(),
      play({ balancePence: 0 }),
      play({ balancePence: 10_000, estimatedMinutes: 1, sharing: 'strict' }),
      share(),
    ]);
    await vapi.idle();
  }, 60_000);

  afterAll(() => world.stop());

  const kinds = ({ story }: Played): string[] => story.events.map(({ kind }) => kind);
  const eventsOf = ({ story }: Played, kind: string): StoryEvent[] =>
    story.events.filter((event) => event.kind === kind);
  const charge = ({ story }: Played): number =>
    story.transactions
      .filter(({ type }) => type === 'call_deduction')
      .reduce((sum, each) => sum + Math.abs(each.amountPence), 0);
  /** Price of what was really talked. */
  const price = ({ call }: Played): number => Math.ceil(Math.ceil(call.talkedMs / 1_000) / 60) * 56;
  const secondsInto = ({ call }: Played, line: number): number => (call.said[line]!.atMs - call.startedAtMs!) / 1_000;

  it('is extended ahead of need while there is money, and never hears of it', () => {
    expect(eventsOf(rich, 'extended').length).toBeGreaterThan(0);
    expect(rich.call).toMatchObject({ said: [], endedReason: 'customer-ended-call' });
    for (const { remainingSeconds } of eventsOf(rich, 'checked')) expect(remainingSeconds).toBeGreaterThan(0);
    expect(charge(rich)).toBe(168); // 130 s
  });

  it('is warned at 60 and at 15 s of paid time left, and ended when it is used up', () => {
    expect(poor.call.said.map(({ content }) => content)).toEqual([
      expect.stringMatching(MINUTE_LEFT),
      expect.stringMatching(SECONDS_LEFT),
      expect.stringMatching(GOODBYE),
    ]);
    expect(poor.call.said.map(({ endCallAfterSpoken }) => endCallAfterSpoken)).toEqual([false, false, true]);
    expect(secondsInto(poor, 0)).toBeGreaterThanOrEqual(60);
    expect(secondsInto(poor, 0)).toBeLessThan(105);
    expect(secondsInto(poor, 1)).toBeGreaterThanOrEqual(105);
    expect(secondsInto(poor, 1)).toBeLessThan(120);
    expect(poor.call.endedReason).toMatch(/^assistant-ended-call/);
  });

  it('is never ended while it has paid seconds left', () => {
    expect(poor.call.talkedMs).toBeGreaterThanOrEqual(120_000);
    expect(strict.call.talkedMs).toBeGreaterThanOrEqual(60_000);
    expect(secondsInto(poor, 2)).toBeGreaterThanOrEqual(120);
    for (const played of sharing) {
      const grantedSeconds = Number(played.story.reservation?.grantedSeconds);
      expect(played.call.talkedMs).toBeGreaterThanOrEqual(grantedSeconds * 1_000);
    }
  });

  it('goes on when somebody tops up in its last slice: the warning is taken back, the call extended', () => {
    expect(toppedUp.call.said).toHaveLength(1);
    expect(toppedUp.call.endedReason).toBe('customer-ended-call');
    const order = kinds(toppedUp);
    expect(
      order.filter((kind) => ['reserved', 'warned', 'extended', 'warning_cancelled', 'charged'].includes(kind)),
    ).toEqual(['reserved', 'warned', 'extended', 'warning_cancelled', 'charged']);
    expect(charge(toppedUp)).toBe(168); // 130 s, of which 120 s were paid when it began
    expect(price(toppedUp)).toBe(168);
  });

  it('that could hold nothing at all is ended at once', () => {
    expect(unpaid.call.endedReason).toMatch(/^assistant-ended-call/);
    expect(unpaid.call.said.map(({ content }) => content)).toEqual([expect.stringMatching(GOODBYE)]);
    expect(kinds(unpaid)).toContain('cut');
  });

  it('under strict is not extended, however rich the wallet: its own hold is the end', () => {
    expect(eventsOf(strict, 'extended')).toEqual([]);
    expect(strict.call.said).toHaveLength(3);
    expect(strict.call.endedReason).toMatch(/^assistant-ended-call/);
    expect(strict.call.talkedMs).toBeLessThan(120_000);
  });

  it('shares the wallet with the others: together they are granted what it holds, and each is ended', async () => {
    const granted = sharing.map(({ story }) => Number(story.reservation?.reservedPence));
    expect(granted.reduce((sum, pence) => sum + pence, 0)).toBe(168);
    for (const { call } of sharing) expect(call.endedReason).toMatch(/^assistant-ended-call/);
    expect(await world.operator.wallet(sharing[0]!.tenant.orgId)).toMatchObject({ balancePence: 0, heldPence: 0 });
  });

  it('is charged or owed to the second, whoever ended it', async () => {
    for (const played of [rich, poor, toppedUp, unpaid, strict]) {
      const { arrearsPence, heldPence } = await world.operator.wallet(played.tenant.orgId);
      expect(charge(played) + arrearsPence).toBe(price(played));
      expect(heldPence).toBe(0);
    }
    expect(await world.operator.violations()).toEqual([]);
  });
});

import type { PlacedCall } from './caller-pool';
import type { Deduction, EngineApi } from './engine-api';
import { recoveryRealMs } from './recovery-time';
import { type Patience, settle } from './settlement';
import type { Tenant } from './tenants';
import { SimulatedClock } from '../time/simulated-clock';

const CARD = { pencePerMinute: 56, incrementSeconds: 60, minimumSeconds: 0, connectionFeePence: 0 };
const TENANT = { orgId: 'org', wallet: { card: CARD } } as Tenant;
const CHARGE: Deduction = { callId: 'c', vapiCallId: 'c', amountPence: -56 };
const PATIENCE: Patience = { closedWithinSeconds: 0.5, foundWithinSeconds: 3 };

describe('the judge waits for what an engine finds by itself', () => {
  let looks: number;
  beforeEach(() => (looks = 0));

  /** Nothing is open and the book is right; what it charged it says from this look on. */
  function engine(from: number, { heldPence = 0, uncollectedPence = 0 } = {}): EngineApi {
    return {
      cleanUp: () => Promise.resolve(),
      liveCallIds: () => Promise.resolve([]),
      wallet: () => Promise.resolve({ balancePence: 0, heldPence, arrearsPence: uncollectedPence }),
      reconciliation: () => Promise.resolve({ ok: true, asOf: '', checks: [] }),
      callDeductions: () => Promise.resolve((looks += 1) >= from ? [CHARGE] : []),
      uncollectedPence: () => Promise.resolve(uncollectedPence || undefined),
    } satisfies Partial<EngineApi> as unknown as EngineApi;
  }

  function judge(asked: EngineApi, talkedMs = 10_000, patience = PATIENCE) {
    const placed = { call: { id: 'c', talkedMs }, planned: { label: 'call 1' }, tenant: TENANT } as PlacedCall;
    return settle(asked, [TENANT], [placed], patience, () => undefined);
  }

  it('goes on while a call that talked is not charged, although nothing is open', async () => {
    expect(await judge(engine(3))).toMatchObject({ settled: true, unaccounted: [] });
    expect(looks).toBe(3);
  });

  it('gives up on a call that is never charged, when the engine must have found it', async () => {
    const { settled, unaccounted, afterSeconds } = await judge(engine(Infinity));
    expect({ settled, unaccounted }).toEqual({ settled: false, unaccounted: ['call 1'] });
    expect(afterSeconds).toBeGreaterThan(PATIENCE.foundWithinSeconds);
  });

  it.each<[string, EngineApi, number]>([
    ['is charged', engine(0), 10_000],
    ['could not be paid, which is recorded', engine(Infinity, { uncollectedPence: 56 }), 10_000],
    ['never talked', engine(Infinity), 0],
  ])('does not wait for a call that %s', async (_, asked, talkedMs) => {
    expect(await judge(asked, talkedMs)).toMatchObject({ settled: true, unaccounted: [] });
    expect(looks).toBeLessThanOrEqual(1);
  });

  it('waits for a hold as long as for holds, which is another time', async () => {
    const patience = { closedWithinSeconds: 1.5, foundWithinSeconds: 0 };
    const { settled, afterSeconds } = await judge(engine(0, { heldPence: 5 }), 10_000, patience);
    expect(settled).toBe(false);
    expect(afterSeconds).toBeGreaterThan(1.5);
  });

  it('gives the engine its grace for the report and three polls of its own time, and a busy machine five seconds', () => {
    expect(recoveryRealMs(new SimulatedClock(1))).toBe(60_000 + 3 * 60_000 + 5_000);
    expect(recoveryRealMs(new SimulatedClock(60))).toBe(1_000 + 3 * 1_000 + 5_000);
    // The engine polls once a second at most, however fast its clock runs.
    expect(recoveryRealMs(new SimulatedClock(600))).toBe(100 + 3 * 1_000 + 5_000);
  });
});

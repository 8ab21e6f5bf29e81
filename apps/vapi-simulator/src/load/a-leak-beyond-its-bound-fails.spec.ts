import type { SimulatedCall } from '../calls/simulated-call';
import { DeliveryLog } from '../delivery/delivery-log';
import type { AuditedCall } from './call-audit';
import type { PlacedCall } from './caller-pool';
import { Downtime } from './downtime';
import { priceOfMs } from './price-oracle';
import { type RunReport, reportOf } from './run-report';
import { reportTable } from './report-table';
import type { RunOptions } from './run-options';
import { roundTripAllowance } from './round-trip-allowance';

const PENCE_PER_SECOND = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };
const PAID_MS = 100_000;
const SPEED = 60;

/** A run of one call that was cut so long after its paid time, on a machine whose slowest webhook took so long. */
function runWith(unpaidMs: number, slowestAnswerMs: number): RunReport {
  const talkedMs = PAID_MS + unpaidMs;
  const deliveries = new DeliveryLog();
  deliveries.add({
    callId: 'c',
    name: 'status-update:in-progress',
    result: 'accepted',
    sentAtMs: 0,
    atMs: slowestAnswerMs * SPEED,
    latencyMs: slowestAnswerMs,
    wrongSecret: false,
    slow: false,
    bytes: 1,
  });
  const call = { id: 'c', gate: 'accepted', startedAtMs: 0, talkedMs } as SimulatedCall;
  const leakPence = priceOfMs(PENCE_PER_SECOND, unpaidMs);
  const audited = {
    label: 'call 1',
    cut: true,
    talkedMs,
    paidSeconds: PAID_MS / 1000,
    pricePence: priceOfMs(PENCE_PER_SECOND, talkedMs),
    leakPence,
    uncollectedPence: leakPence,
    chargedRight: true,
  } as AuditedCall;
  const settlement = {
    settled: true,
    liveCalls: 0,
    heldPence: 0,
    arrearsPence: leakPence,
    unaccounted: [],
    reconciliationOk: true,
    failedChecks: [],
    afterSeconds: 0,
  };
  return reportOf({
    options: { plan: { seed: '1', policy: 'protect' }, speed: SPEED, faults: {} } as RunOptions,
    placed: [{ call, planned: { answered: true }, tenant: { wallet: { card: PENCE_PER_SECOND } } } as PlacedCall],
    turnedAway: [],
    audited: [audited],
    settlement,
    deliveries,
    commands: [],
    bound: {
      policy: 'protect',
      roundTrip: roundTripAllowance(deliveries.records, SPEED),
      deliveries,
      commands: [],
      downtime: new Downtime(),
    },
    apiServerErrors: 0,
  });
}

describe('a leak beyond its bound fails the run', () => {
  it.each([
    ['a quick machine', 2_000 + 350 * SPEED, 50],
    ['a slow machine', 2_000 + 450 * SPEED, 100],
    ['a machine that is too slow', 32_000, 4_000],
  ])('and one of just the bound does not, on %s', (_, boundMs, slowestAnswerMs) => {
    expect(runWith(boundMs, slowestAnswerMs).failures).toEqual([]);
    expect(runWith(boundMs + 1_000, slowestAnswerMs).failures.join()).toContain('leak above its bound: call 1');
  });

  it('and advises a lower speed where the machine was too slow to judge by', () => {
    expect(runWith(40_000, 4_000).failures.join()).toContain('needed up to 4000 ms for a webhook');
    expect(runWith(40_000, 90).failures).toEqual(['leak above its bound: call 1']);
  });

  it('which the table shows together with what it was measured by', () => {
    const table = reportTable(runWith(0, 50));
    expect(table).toContain('23.0 s of talk, in it 350 ms of real time at 60x; the slowest webhook took 50 ms');
  });
});

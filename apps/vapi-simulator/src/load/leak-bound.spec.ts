import { DeliveryLog } from '../delivery/delivery-log';
import type { SimulatedCall } from '../calls/simulated-call';
import type { AuditedCall } from './call-audit';
import type { PlacedCall } from './caller-pool';
import { Downtime } from './downtime';
import { type BoundTerms, leakBoundPence } from './leak-bound';
import { priceOfMs } from './price-oracle';

const PENCE_PER_SECOND = { pencePerMinute: 60, incrementSeconds: 1, minimumSeconds: 0, connectionFeePence: 0 };
const TALKED_MS = 100_000;

describe('the leak that a call is allowed', () => {
  function boundOf({
    gate = 'accepted',
    reservedFirst = false,
    cut = true,
    toldAtMs = 0,
    ...terms
  }: Partial<BoundTerms> & { gate?: string; reservedFirst?: boolean; cut?: boolean; toldAtMs?: number | null } = {}) {
    const deliveries = new DeliveryLog();
    if (toldAtMs !== null)
      deliveries.add({
        callId: 'c',
        name: 'status-update:in-progress',
        result: 'accepted',
        sentAtMs: toldAtMs,
        atMs: toldAtMs + 4_000,
        wrongSecret: false,
        slow: false,
        bytes: 1,
      });
    const call = { id: 'c', gate, startedAtMs: 0, talkedMs: TALKED_MS } as SimulatedCall;
    const placed = { call, reservedFirst, tenant: { wallet: { card: PENCE_PER_SECOND } } } as PlacedCall;
    const audited = {
      cut,
      leakPence: 0,
      talkedMs: TALKED_MS,
      pricePence: priceOfMs(PENCE_PER_SECOND, TALKED_MS),
    } as AuditedCall;
    const usual: BoundTerms = {
      policy: 'protect',
      roundTrip: { talkMs: 5_000, slowestAnswerMs: 0, machineTooSlow: false },
      deliveries,
      commands: [],
      downtime: new Downtime(),
    };
    return leakBoundPence(audited, placed, { ...usual, ...terms });
  }

  it('is nothing under strict behind the gate, whatever happens', () => {
    const downtime = new Downtime();
    downtime.begin(0);
    expect(boundOf({ policy: 'strict', downtime, toldAtMs: null })).toBe(0);
  });

  it('is nothing under strict for a call whose reseller reserved first, and a round trip without that', () => {
    expect(boundOf({ policy: 'strict', gate: 'none', reservedFirst: true, toldAtMs: null })).toBe(0);
    expect(boundOf({ policy: 'strict', gate: 'none' })).toBe(5);
  });

  it('is one control round trip of talk under protect, and for strict calls that no gate could stop', () => {
    expect(boundOf()).toBe(5);
    expect(boundOf({ policy: 'strict', gate: 'none' })).toBe(5);
  });

  it('is nothing for a call that was not cut and did not leak', () => {
    expect(boundOf({ cut: false })).toBe(0);
  });

  it('grows by what the engine was kept from knowing', () => {
    expect(boundOf({ toldAtMs: 20_000 })).toBe(25);
    expect(boundOf({ toldAtMs: null })).toBe(100);
  });

  it('grows by every second that the simulator kept a message, and not by the time its answer took', () => {
    expect(boundOf({ toldAtMs: 1_000 })).toBe(6);
    expect(boundOf({ toldAtMs: 0 })).toBe(5);
  });

  it('counts once what the engine was not told of while it was killed', () => {
    const downtime = new Downtime();
    downtime.begin(0);
    downtime.end(30_000);
    expect(boundOf({ downtime, toldAtMs: 20_000 })).toBe(35);
    expect(boundOf({ downtime, toldAtMs: 40_000 })).toBe(45);
    expect(boundOf({ downtime, toldAtMs: null })).toBe(100);
  });

  it('grows by the time the engine was killed, and by control requests that we made fail', () => {
    const downtime = new Downtime();
    downtime.begin(50_000);
    downtime.end(60_000);
    expect(boundOf({ downtime })).toBe(15);
    expect(boundOf({ commands: [{ callId: 'c', type: 'end-call', atMs: 1, failed: true }] })).toBe(10);
  });
});

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
    heardAtMs = 10,
    ...terms
  }: Partial<BoundTerms> & { gate?: string; reservedFirst?: boolean; cut?: boolean; heardAtMs?: number | null } = {}) {
    const deliveries = new DeliveryLog();
    if (heardAtMs !== null)
      deliveries.add({
        callId: 'c',
        name: 'status-update:in-progress',
        result: 'accepted',
        atMs: heardAtMs,
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
      roundTripMs: 5_000,
      deliveries,
      commands: [],
      downtime: new Downtime(),
    };
    return leakBoundPence(audited, placed, { ...usual, ...terms });
  }

  it('is nothing under strict behind the gate, whatever happens', () => {
    const downtime = new Downtime();
    downtime.begin(0);
    expect(boundOf({ policy: 'strict', downtime, heardAtMs: null })).toBe(0);
  });

  it('is nothing under strict for a call whose reseller reserved first, and a round trip without that', () => {
    expect(boundOf({ policy: 'strict', gate: 'none', reservedFirst: true, heardAtMs: null })).toBe(0);
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
    expect(boundOf({ heardAtMs: 20_000 })).toBe(25);
    expect(boundOf({ heardAtMs: null })).toBe(100);
  });

  it('grows by the time the engine was killed, and by control requests that we made fail', () => {
    const downtime = new Downtime();
    downtime.begin(50_000);
    downtime.end(60_000);
    expect(boundOf({ downtime })).toBe(15);
    expect(boundOf({ commands: [{ callId: 'c', type: 'end-call', atMs: 1, failed: true }] })).toBe(10);
  });
});

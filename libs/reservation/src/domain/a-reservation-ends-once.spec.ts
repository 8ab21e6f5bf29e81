import { MAX_GRANTED_SECONDS } from '@holdfast/kernel';
import { CreditReservation, type ReservationState, type Settlement } from './credit-reservation';
import { STANDARD } from './rate-card.examples';

const NOON = new Date('2026-11-23T12:00:00Z');
const LATER = new Date('2026-11-23T12:10:00Z');
const HALF_PAST = new Date('2026-11-23T12:30:00Z');

function reservation(state: Partial<ReservationState> = {}): CreditReservation {
  const born: ReservationState = {
    id: 'reservation',
    orgId: 'org',
    callId: 'call-1',
    vapiCallId: null,
    status: 'active',
    reservedPence: 280,
    committedPence: 0,
    releasedPence: 0,
    uncollectedPence: 0,
    estimatedMinutes: 5,
    rateCard: STANDARD,
    prepaid: true,
    partial: false,
    late: false,
    settlement: null,
    discrepancySeconds: null,
    createdAt: NOON,
    expiresAt: HALF_PAST,
    closedAt: null,
    committedAt: null,
  };
  return CreditReservation.fetched({ ...born, ...state }, 3);
}

function settlement(change: Partial<Settlement> = {}): Settlement {
  const threeMinutes: Settlement = {
    transactionId: 'transaction',
    status: 'committed',
    reservedPence: 280,
    actualCostPence: 168,
    chargedPence: 168,
    releasedPence: 112,
    uncollectedPence: 0,
    billedSeconds: 180,
    actualDurationSeconds: 180,
    balanceBeforePence: 1_000,
    balanceAfterPence: 832,
    effectiveBalancePence: 832,
    late: false,
  };
  return { ...threeMinutes, ...change };
}

const NOTHING = settlement({
  transactionId: null,
  status: 'released',
  actualCostPence: 0,
  chargedPence: 0,
  releasedPence: 280,
});

describe('an active reservation', () => {
  it('is committed with what the call cost', () => {
    const active = reservation();
    active.settle(settlement(), LATER);
    expect(active.state).toMatchObject({
      status: 'committed',
      committedPence: 168,
      releasedPence: 112,
      closedAt: LATER,
      committedAt: LATER,
    });
    expect(active.state.settlement).toEqual(settlement());
  });

  it('is released by a call of no length, which is no charge', () => {
    const active = reservation();
    active.settle(NOTHING, LATER);
    expect(active.state).toMatchObject({
      status: 'released',
      committedPence: 0,
      releasedPence: 280,
      committedAt: null,
    });
  });

  it.each(['released', 'expired'] as const)('that is %s gives the whole hold back', (status) => {
    const active = reservation();
    active.close(status, LATER);
    expect(active.state).toMatchObject({ status, releasedPence: 280, committedPence: 0, closedAt: LATER });
  });

  it('grows by slices and grants the seconds they pay for', () => {
    const active = reservation();
    active.extend(112, true);
    expect(active.state).toMatchObject({ reservedPence: 392, partial: true });
    expect(active.grantedSeconds).toBe(420);
  });
});

describe.each(['expired', 'released'] as const)('an %s reservation', (status) => {
  const ended = (): CreditReservation => reservation({ status, releasedPence: 280, closedAt: HALF_PAST });

  it('is committed by a late report, which keeps what it gave back', () => {
    const late = ended();
    late.settle(settlement({ releasedPence: 0, late: true }), LATER);
    expect(late.state).toMatchObject({
      status: 'committed',
      committedPence: 168,
      releasedPence: 280,
      late: true,
      closedAt: HALF_PAST,
    });
  });

  it('stays so when a late report says that nobody talked', () => {
    const late = ended();
    late.settle({ ...NOTHING, releasedPence: 0, late: true }, LATER);
    expect(late.state).toMatchObject({ status, committedPence: 0, releasedPence: 280, committedAt: null });
  });
});

describe('a reservation that has ended', () => {
  it.each([
    ['committed', reservation({ status: 'committed' })],
    ['settled with nothing', reservation({ status: 'released', settlement: NOTHING })],
  ])('as %s is never settled again', (_, ended) => {
    expect(() => ended.settle(settlement(), LATER)).toThrow('settled already');
    expect(ended.changed).toBe(false);
  });

  it.each(['committed', 'released', 'expired'] as const)('as %s is neither closed nor extended', (status) => {
    const ended = reservation({ status });
    expect(() => ended.close('released', LATER)).toThrow('not active');
    expect(() => ended.extend(56, false)).toThrow('not active');
    expect(ended.changed).toBe(false);
  });

  it.each(['committed', 'released', 'expired'] as const)('as %s is not renewed by a sign of life', (status) => {
    const ended = reservation({ status });
    ended.renew(HALF_PAST, 1_800);
    expect(ended.changed).toBe(false);
  });
});

describe('a sign of life', () => {
  it('moves the expiry to 30 minutes from then', () => {
    const active = reservation();
    active.renew(LATER, 1_800);
    expect(active.state.expiresAt).toEqual(new Date('2026-11-23T12:40:00Z'));
  });

  it('never makes a hold expire earlier', () => {
    const active = reservation();
    active.renew(NOON, 60);
    expect(active.changed).toBe(false);
  });
});

describe('what a hold grants', () => {
  it.each([
    [280, 300],
    [279, 240],
    [55, 0],
  ])('for %dp is %d s', (reservedPence, seconds) => {
    expect(reservation({ reservedPence }).grantedSeconds).toBe(seconds);
  });

  it('is unlimited for an organization without prepaid billing', () => {
    expect(reservation({ prepaid: false, reservedPence: 0 }).grantedSeconds).toBe(MAX_GRANTED_SECONDS);
  });
});

describe('a later report with another duration', () => {
  it('is recorded and leaves the first charge alone', () => {
    const ended = reservation({ status: 'committed', settlement: settlement() });
    ended.recordDiscrepancy(200);
    expect(ended.state).toMatchObject({ discrepancySeconds: 200, settlement: settlement() });
  });

  it('that says the same again is no change', () => {
    const ended = reservation({ status: 'committed', discrepancySeconds: 200 });
    ended.recordDiscrepancy(200);
    expect(ended.changed).toBe(false);
  });
});

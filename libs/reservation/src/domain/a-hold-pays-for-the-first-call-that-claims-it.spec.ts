import { CreditReservation, type ReservationState } from './credit-reservation';
import { STANDARD } from './rate-card.examples';

const CLOSED = new Date('2026-11-23T12:10:00Z');
const BEFORE = new Date('2026-11-23T12:05:00Z');
const AFTER = new Date('2026-11-23T12:15:00Z');

function hold(state: Partial<ReservationState>): CreditReservation {
  const born: ReservationState = {
    id: 'reservation',
    orgId: 'org',
    callId: 'of-the-reseller',
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
    createdAt: new Date('2026-11-23T12:00:00Z'),
    expiresAt: new Date('2026-11-23T12:30:00Z'),
    closedAt: null,
    committedAt: null,
  };
  return CreditReservation.fetched({ ...born, ...state }, 1);
}

describe('a hold that names no call of the provider yet', () => {
  it.each<[ReservationState['status'], Date | null | undefined, boolean]>([
    ['active', null, true],
    ['active', AFTER, true],
    ['active', undefined, true],
    ['committed', BEFORE, true],
    ['committed', AFTER, false],
    ['committed', CLOSED, false],
    ['committed', null, false],
    ['committed', undefined, true],
    ['released', BEFORE, false],
    ['released', undefined, false],
    ['expired', BEFORE, false],
    ['expired', undefined, false],
  ])('and is %s is open to a call that began at %p: %p', (status, startedAt, open) => {
    const closedAt = status === 'active' ? null : CLOSED;
    const committedAt = status === 'committed' ? CLOSED : null;
    expect(hold({ status, closedAt, committedAt }).isOpenToCall(startedAt)).toBe(open);
  });

  it('and was charged after it had expired is open to a call that began between', () => {
    const late = hold({ status: 'committed', closedAt: CLOSED, committedAt: new Date('2026-11-23T12:20:00Z') });
    expect(late.isOpenToCall(AFTER)).toBe(true);
  });

  it('pays for the first one, and is open to no other', () => {
    const reservation = hold({});
    reservation.claimFor('first');
    expect(reservation.changed).toBe(true);
    expect(reservation.state.vapiCallId).toBe('first');
    expect(reservation.isOpenToCall(undefined)).toBe(false);
    expect(() => reservation.claimFor('second')).toThrow('pays for another call');
  });
});

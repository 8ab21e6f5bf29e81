import { addSeconds } from '@holdfast/kernel';
import { CreditReservation, type ReservationState, type Settlement } from '../domain/credit-reservation';
import { STANDARD } from '../domain/rate-card.examples';
import { ReservationsByCall } from './reservations.shelf';

const AT = new Date('2026-11-23T12:00:00Z');
const [MINE, THEIRS] = ['mine', 'theirs'];
const CALL = 'the-call-at-vapi';

/** Holds of several organisations lie on one desk when their commands share a batch. */
function deskOf(...holds: readonly Pick<ReservationState, 'orgId' | 'callId' | 'vapiCallId'>[]): ReservationsByCall {
  const desk = new ReservationsByCall();
  const terms = { estimatedMinutes: 5, rateCard: STANDARD, prepaid: true, reservedPence: 280, createdAt: AT };
  for (const hold of holds) desk.add(CreditReservation.open({ id: hold.callId, ...terms, ...hold }));
  return desk;
}

describe('of a call that holds of two organizations name, each finds its own', () => {
  const desk = deskOf(
    { orgId: THEIRS, callId: 'their-own', vapiCallId: CALL },
    { orgId: MINE, callId: 'my-own', vapiCallId: CALL },
  );

  it.each([
    [MINE, 'my-own'],
    [THEIRS, 'their-own'],
    ['nobody', undefined],
  ])('%s: %s', (orgId, callId) => {
    const found = [desk.namedAs(CALL, orgId), desk.liveNamedAs(CALL, orgId), desk.payerOf(CALL, orgId)];
    expect(found.map((hold) => hold?.state.callId)).toEqual([callId, callId, callId]);
  });

  it('also where another has taken the provider’s id', () => {
    const taken = deskOf({ orgId: THEIRS, callId: CALL, vapiCallId: CALL });
    expect(taken.ofTheCallItself(CALL, MINE)).toEqual([]);
    expect(taken.ofTheCallItself(CALL, THEIRS)).toHaveLength(1);
  });
});

it.each([
  ['live', -60],
  ['settled', 60],
])('of a live hold and a settled one that name a call, the older speaks for it: the %s', (older, bornAfter) => {
  const desk = deskOf({ orgId: MINE, callId: 'settled', vapiCallId: CALL });
  const settlement: Settlement = {
    transactionId: 'charge',
    status: 'committed',
    reservedPence: 280,
    actualCostPence: 56,
    chargedPence: 56,
    releasedPence: 224,
    uncollectedPence: 0,
    billedSeconds: 60,
    actualDurationSeconds: 60,
    balanceBeforePence: 1_000,
    balanceAfterPence: 944,
    effectiveBalancePence: 944,
    late: false,
  };
  desk.find('settled')?.settle(settlement, AT);
  const birth = { id: 'live', orgId: MINE, callId: 'live', vapiCallId: CALL, estimatedMinutes: 5, prepaid: true };
  desk.add(CreditReservation.open({ ...birth, rateCard: STANDARD, createdAt: addSeconds(AT, bornAfter) }));
  expect(desk.namedAs(CALL, MINE)?.state.callId).toBe(older);
});

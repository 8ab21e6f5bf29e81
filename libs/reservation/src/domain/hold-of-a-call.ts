import type { ReservationState } from './credit-reservation';

type Standing = Pick<ReservationState, 'status' | 'settlement'>;

/** Live, or settled once: whatever is asked about its call again is answered by it. */
export function paysOrPaid({ status, settlement }: Standing): boolean {
  return status === 'active' || settlement !== null;
}

/**
 * Of the holds that name one call of the provider the lowest speaks for it, of several the oldest, and of those as old as each
 * other the settled, so that a repeat finds the one that it charged. Last what was given back, for it may be nothing but another
 * name.
 */
export function rankOf(hold: Standing): number {
  if (paysOrPaid(hold)) return 0;
  return hold.status === 'expired' ? 1 : 2;
}

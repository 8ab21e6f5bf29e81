import { Shelf } from '@holdfast/platform';
import type { CreditReservation } from '../domain/credit-reservation';

/** Reservations by call id, of all tenants: fetched, and opened in this batch. */
export class ReservationsByCall {
  private readonly byCall = new Map<string, CreditReservation>();

  find(callId: string): CreditReservation | undefined {
    return this.byCall.get(callId);
  }

  add(reservation: CreditReservation): void {
    this.byCall.set(reservation.state.callId, reservation);
  }

  all(): CreditReservation[] {
    return [...this.byCall.values()];
  }
}

export const RESERVATIONS = new Shelf<string, ReservationsByCall>('reservations', 'read');

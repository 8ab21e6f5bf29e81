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

export interface ReservationNeed {
  readonly callId: string;
  /** About to be opened, and hardly ever there yet. Else it is expected to be there. */
  readonly opening: boolean;
}

export const RESERVATIONS = new Shelf<ReservationNeed, ReservationsByCall>('reservations', 'read');

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

  /** The organisation's live hold under another id that names it as the provider's call: the oldest. See `orNamedBy`. */
  payerOf(vapiCallId: string, orgId: string): CreditReservation | undefined {
    let payer: CreditReservation | undefined;
    for (const reservation of this.byCall.values()) {
      const { state, isActive } = reservation;
      if (!isActive || state.vapiCallId !== vapiCallId || state.callId === vapiCallId || state.orgId !== orgId)
        continue;
      if (!payer || state.createdAt < payer.state.createdAt) payer = reservation;
    }
    return payer;
  }

  all(): CreditReservation[] {
    return [...this.byCall.values()];
  }
}

export interface ReservationNeed {
  readonly callId: string;
  /** About to be opened, and hardly ever there yet. Else it is expected to be there. */
  readonly opening: boolean;
  /**
   * It is the provider's id, and a hold of this organisation that names it so is wanted too: always read under the locks, for
   * nothing that is written proves that there is none.
   */
  readonly orNamedBy?: string;
}

export const RESERVATIONS = new Shelf<ReservationNeed, ReservationsByCall>('reservations', 'read');

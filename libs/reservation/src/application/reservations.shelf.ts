import { Shelf } from '@holdfast/platform';
import type { CreditReservation, ReservationStatus } from '../domain/credit-reservation';

/** Reservations by call id, of all tenants: fetched, and opened in this batch. */
export class ReservationsByCall {
  private readonly byCall = new Map<string, CreditReservation>();

  find(callId: string): CreditReservation | undefined {
    return this.byCall.get(callId);
  }

  add(reservation: CreditReservation): void {
    this.byCall.set(reservation.state.callId, reservation);
  }

  /** Which of the organisation's holds pays for this call of the provider, or has paid: its own, else one that names it. */
  payerOf(vapiCallId: string, orgId: string): CreditReservation | undefined {
    return [this.ownOf(vapiCallId, orgId), this.namedAs(vapiCallId, orgId)].find((hold) => hold && pays(hold));
  }

  /** The organisation's hold under the provider's own id. */
  ownOf(vapiCallId: string, orgId: string): CreditReservation | undefined {
    const own = this.find(vapiCallId);
    return own?.state.orgId === orgId ? own : undefined;
  }

  /** The organisation's hold under another id that names it as the provider's call; of several see BEST_FIRST. */
  namedAs(vapiCallId: string, orgId: string): CreditReservation | undefined {
    let best: CreditReservation | undefined;
    for (const reservation of this.byCall.values()) {
      const { state } = reservation;
      if (state.vapiCallId !== vapiCallId || state.callId === vapiCallId || state.orgId !== orgId) continue;
      if (!best || isBetter(reservation, best)) best = reservation;
    }
    return best;
  }

  all(): CreditReservation[] {
    return [...this.byCall.values()];
  }
}

/** Of the holds that name one call: what pays for it, else what was charged for it, and so on; of two alike the older. */
export const BEST_FIRST: readonly ReservationStatus[] = ['active', 'committed', 'expired', 'released'];

function isBetter({ state: one }: CreditReservation, { state: other }: CreditReservation): boolean {
  const ahead = BEST_FIRST.indexOf(other.status) - BEST_FIRST.indexOf(one.status);
  return ahead === 0 ? one.createdAt < other.createdAt : ahead > 0;
}

function pays({ state: { status } }: CreditReservation): boolean {
  return status === 'active' || status === 'committed';
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

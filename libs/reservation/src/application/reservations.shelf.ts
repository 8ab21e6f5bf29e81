import { Shelf } from '@holdfast/platform';
import type { CreditReservation } from '../domain/credit-reservation';
import { idsOfTheCallItself } from '../domain/call-id-of-its-own';
import { paysOrPaid, rankOf } from '../domain/hold-of-a-call';

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

  /** Which of the organisation's holds pays for this call of the provider, or has paid: its own, else one that names it. */
  payerOf(vapiCallId: string, orgId: string): CreditReservation | undefined {
    const named = this.namedAs(vapiCallId, orgId);
    return [...this.ofTheCallItself(vapiCallId, orgId), ...(named ? [named] : [])].find((hold) =>
      paysOrPaid(hold.state),
    );
  }

  /** The organisation's holds of the provider's call itself: under its id, then under the one in its place. */
  ofTheCallItself(vapiCallId: string, orgId: string): CreditReservation[] {
    return idsOfTheCallItself(vapiCallId, orgId)
      .map((id) => this.find(id))
      .filter((hold) => hold?.state.orgId === orgId) as CreditReservation[];
  }

  /** The organisation's hold under another id that names it as the provider's call. Of several see `rankOf`. */
  namedAs(vapiCallId: string, orgId: string): CreditReservation | undefined {
    return this.allNamed(vapiCallId, orgId).sort(byRank)[0];
  }

  /** Of those the oldest that is live. */
  liveNamedAs(vapiCallId: string, orgId: string): CreditReservation | undefined {
    return this.allNamed(vapiCallId, orgId)
      .filter(({ isActive }) => isActive)
      .sort(byRank)[0];
  }

  private allNamed(vapiCallId: string, orgId: string): CreditReservation[] {
    return this.all().filter(
      ({ state }) => state.vapiCallId === vapiCallId && state.callId !== vapiCallId && state.orgId === orgId,
    );
  }
}

/** Of those that were held at one instant, in one batch, the settled comes first: else a repeat would charge the next one. */
function byRank(one: CreditReservation, other: CreditReservation): number {
  return (
    rankOf(one.state) - rankOf(other.state) ||
    one.state.createdAt.getTime() - other.state.createdAt.getTime() ||
    Number(one.isActive) - Number(other.isActive)
  );
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

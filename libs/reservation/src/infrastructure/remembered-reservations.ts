import { BoundedMemory, type Connection, type ShelfMemory } from '@holdfast/platform';
import { ReservationsByCall, type ReservationNeed } from '../application/reservations.shelf';
import { CreditReservation, type ReservationState } from '../domain/credit-reservation';

/**
 * Calls that were just opened, extended or checked: the last half of them at least, which is what is reserved in 1.5 s at the
 * highest rate. More cost 1.5 kB of heap each, and made reservations dearer (docs/performance.md).
 */
const MOST_HOLDS = 32_768;

export interface KnownHold {
  readonly state: ReservationState;
  readonly version: number;
}

export type FindHolds = (connection: Connection, callIds: readonly string[]) => Promise<readonly KnownHold[]>;

/**
 * Live holds as this process last left or found them. One that is about to be opened and is not known is taken for absent:
 * the unique call id proves it when it is written.
 */
export class RememberedReservations implements ShelfMemory<ReservationNeed, ReservationsByCall> {
  private readonly byCall = new BoundedMemory<string, KnownHold>(MOST_HOLDS);

  constructor(private readonly find: FindHolds) {}

  knows({ callId, opening, orNamedBy }: ReservationNeed): boolean {
    return orNamedBy === undefined && (opening || this.byCall.get(callId) !== undefined);
  }

  recall(needs: readonly ReservationNeed[]): ReservationsByCall {
    const found = new ReservationsByCall();
    for (const { callId } of needs) {
      if (found.find(callId)) continue;
      const known = this.byCall.get(callId);
      if (known) found.add(CreditReservation.fetched(known.state, known.version));
    }
    return found;
  }

  async learn(connection: Connection, needs: readonly ReservationNeed[]): Promise<void> {
    const unknown = needs.filter(({ callId, opening }) => !opening && !this.byCall.get(callId));
    if (unknown.length === 0) return;
    const found = await this.find(connection, [...new Set(unknown.map(({ callId }) => callId))]);
    for (const known of found) this.byCall.set(known.state.callId, known);
  }

  /** What was not written may have been changed by another replica. */
  proves(reservations: ReservationsByCall, { callId }: ReservationNeed): boolean {
    return reservations.find(callId)?.changed === true;
  }

  /** There are no such holds; or what was said of them never came to be. */
  forget(callIds: readonly string[]): void {
    for (const callId of callIds) this.byCall.forget(callId);
  }

  undone(reservations: ReservationsByCall): void {
    this.forget(reservations.all().map(({ state }) => state.callId));
  }

  /** What is closed is not needed again, but for repeats. */
  foresee(reservations: ReservationsByCall): void {
    for (const reservation of reservations.all()) {
      const { state, isActive, changed, versionBefore } = reservation;
      if (isActive) this.byCall.set(state.callId, { state, version: changed ? versionBefore + 1 : versionBefore });
      else this.byCall.forget(state.callId);
    }
  }
}

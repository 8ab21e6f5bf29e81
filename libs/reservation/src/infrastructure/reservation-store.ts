import type { Connection, ShelfStore } from '@holdfast/platform';
import { ReservationsByCall, type ReservationNeed } from '../application/reservations.shelf';
import type { ReservationState } from '../domain/credit-reservation';
import { FIND_RESERVATIONS, INSERT_RESERVATIONS, UPDATE_RESERVATIONS } from './reservation.sql';
import { RememberedReservations } from './remembered-reservations';
import { toBirthColumns, toLifeColumns, toReservation } from './reservation-rows';

/** Read under their wallets' locks: every change of a reservation happens under its wallet's lock. */
export class ReservationStore implements ShelfStore<ReservationNeed, ReservationsByCall> {
  readonly memory = new RememberedReservations();

  async load(connection: Connection, needs: readonly ReservationNeed[]): Promise<ReservationsByCall> {
    const found = new ReservationsByCall();
    const rows = await connection.send(FIND_RESERVATIONS, [[...new Set(needs.map(({ callId }) => callId))]]);
    for (const row of rows) found.add(toReservation(row));
    return found;
  }

  store(connection: Connection, reservations: ReservationsByCall): readonly Promise<unknown>[] {
    const all = reservations.all();
    const opened = all.filter((r) => r.isNew);
    const changed = all.filter((r) => !r.isNew && r.changed);
    const sent: Promise<unknown>[] = [];
    if (opened.length > 0) {
      const states = opened.map((r) => r.state);
      sent.push(connection.send(INSERT_RESERVATIONS, [...toBirthColumns(states), ...toLifeColumns(states)]));
    }
    if (changed.length > 0) {
      const states = changed.map((r) => r.state);
      const before = changed.map((r) => r.before as ReservationState);
      sent.push(
        connection.send(UPDATE_RESERVATIONS, [
          changed.length,
          states.map((s) => s.callId),
          changed.map((r) => r.versionBefore),
          before.map((s) => s.status),
          before.map((s) => s.reservedPence),
          ...toLifeColumns(states),
        ]),
      );
    }
    return sent;
  }
}

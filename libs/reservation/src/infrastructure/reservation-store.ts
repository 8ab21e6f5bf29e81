import type { Connection, ShelfStore } from '@holdfast/platform';
import { ReservationsByCall } from '../application/reservations.shelf';
import { FIND_RESERVATIONS, INSERT_RESERVATIONS, UPDATE_RESERVATIONS } from './reservation.sql';
import { toBirthColumns, toLifeColumns, toReservation } from './reservation-rows';

/** Read under their wallets' locks: every change of a reservation happens under its wallet's lock. */
export class ReservationStore implements ShelfStore<string, ReservationsByCall> {
  async load(connection: Connection, callIds: readonly string[]): Promise<ReservationsByCall> {
    const found = new ReservationsByCall();
    const rows = await connection.send(FIND_RESERVATIONS, [[...new Set(callIds)]]);
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
      sent.push(
        connection.send(INSERT_RESERVATIONS, [opened.length, ...toBirthColumns(states), ...toLifeColumns(states)]),
      );
    }
    if (changed.length > 0) {
      const states = changed.map((r) => r.state);
      sent.push(
        connection.send(UPDATE_RESERVATIONS, [
          changed.length,
          states.map((s) => s.id),
          changed.map((r) => r.versionBefore),
          ...toLifeColumns(states),
        ]),
      );
    }
    return sent;
  }
}

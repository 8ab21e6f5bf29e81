import type { Connection, ShelfStore } from '@holdfast/platform';
import { ReservationsByCall, type ReservationNeed } from '../application/reservations.shelf';
import { CreditReservation, type ReservationState } from '../domain/credit-reservation';
import { FIND_HOLDS, FIND_RATE_CARDS, INSERT_RESERVATIONS, UPDATE_RESERVATIONS } from './reservation.sql';
import { RememberedRateCards } from './remembered-rate-cards';
import { RememberedReservations, type KnownHold } from './remembered-reservations';
import { toBirthColumns, toLifeColumns, toState } from './reservation-rows';

/** Read under their wallets' locks: every change of a reservation happens under its wallet's lock. */
export class ReservationStore implements ShelfStore<ReservationNeed, ReservationsByCall> {
  readonly memory = new RememberedReservations((connection, callIds) => this.find(connection, callIds));
  private readonly cards = new RememberedRateCards();

  async load(connection: Connection, needs: readonly ReservationNeed[]): Promise<ReservationsByCall> {
    const found = new ReservationsByCall();
    for (const { state, version } of await this.find(connection, [...new Set(needs.map(({ callId }) => callId))])) {
      found.add(CreditReservation.fetched(state, version));
    }
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

  private async find(connection: Connection, callIds: readonly string[]): Promise<KnownHold[]> {
    const rows = await connection.send(FIND_HOLDS, [callIds]);
    await this.cards.learn(rows, (orgIds) => connection.send(FIND_RATE_CARDS, [orgIds]));
    const found: KnownHold[] = [];
    for (const row of rows) {
      const rateCard = this.cards.of(row);
      if (rateCard) found.push({ state: toState(row, rateCard), version: row.version });
    }
    return found;
  }
}

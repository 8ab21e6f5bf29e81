import type { RateCard } from '@holdfast/kernel';
import type { Connection, ShelfStore } from '@holdfast/platform';
import { ReservationsByCall, type ReservationNeed } from '../application/reservations.shelf';
import { CreditReservation, type ReservationState } from '../domain/credit-reservation';
import {
  FIND_HOLDS,
  FIND_HOLDS_BY_VAPI_CALL,
  FIND_RATE_CARDS,
  INSERT_RESERVATIONS,
  UPDATE_RESERVATIONS,
  type HoldRow,
} from './reservation.sql';
import { RememberedRateCards } from './remembered-rate-cards';
import { RememberedReservations, type KnownHold } from './remembered-reservations';
import { toBirthColumns, toLifeColumns, toState } from './reservation-rows';

/** Read under their wallets' locks: every change of a reservation happens under its wallet's lock. */
export class ReservationStore implements ShelfStore<ReservationNeed, ReservationsByCall> {
  readonly memory = new RememberedReservations((connection, callIds) => this.find(connection, callIds));
  private readonly cards = new RememberedRateCards();

  async load(connection: Connection, needs: readonly ReservationNeed[]): Promise<ReservationsByCall> {
    const found = new ReservationsByCall();
    const callIds = [...new Set(needs.map(({ callId }) => callId))];
    const known = await Promise.all([this.find(connection, callIds), this.findByVapiCall(connection, needs)]);
    for (const { state, version } of known.flat()) found.add(CreditReservation.fetched(state, version));
    this.memory.forget(callIds.filter((callId) => !found.find(callId)));
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
          states.map((s) => s.id),
          changed.map((r) => r.versionBefore),
          before.map((s) => s.status),
          before.map((s) => s.reservedPence),
          states.map((s) => s.rateCard.id),
          before.map((s) => s.vapiCallId),
          ...toLifeColumns(states),
        ]),
      );
    }
    return sent;
  }

  private async find(connection: Connection, callIds: readonly string[]): Promise<KnownHold[]> {
    return this.withCards(connection, await connection.send(FIND_HOLDS, [callIds]));
  }

  private async findByVapiCall(connection: Connection, needs: readonly ReservationNeed[]): Promise<KnownHold[]> {
    const calls = needs.filter(({ orNamedBy }) => orNamedBy !== undefined);
    if (calls.length === 0) return [];
    const [callIds, orgIds] = [calls.map(({ callId }) => callId), calls.map(({ orNamedBy }) => orNamedBy)];
    return this.withCards(connection, await connection.send(FIND_HOLDS_BY_VAPI_CALL, [callIds, orgIds]));
  }

  private async withCards(connection: Connection, rows: readonly HoldRow[]): Promise<KnownHold[]> {
    const cards = await this.cards.of(rows, (names) => connection.send(FIND_RATE_CARDS, [names]));
    return rows.map((row, i) => ({ state: toState(row, cards[i] as RateCard), version: row.version }));
  }
}

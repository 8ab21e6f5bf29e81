import type { Connection, ShelfStore } from '@holdfast/platform';
import { NumbersOnDesk, type NumberNeed } from '../application/numbers.shelf';
import type { PhoneNumber } from '../domain/phone-number';
import { toNumber, toNumberBirthColumns, toNumberLifeColumns } from './number-rows';
import { INSERT_NUMBERS, LOCK_NUMBERS, LOCK_NUMBERS_AT_VAPI, LOCK_NUMBERS_BY_KEYS, UPDATE_NUMBERS } from './number.sql';

export class NumberStore implements ShelfStore<NumberNeed, NumbersOnDesk> {
  async load(connection: Connection, needs: readonly NumberNeed[]): Promise<NumbersOnDesk> {
    const ids = needs.flatMap((need) => ('id' in need ? [need.id] : []));
    const byKey = needs.flatMap((need) => ('key' in need ? [need] : []));
    const vapiIds = needs.flatMap((need) => ('vapiPhoneId' in need ? [need.vapiPhoneId] : []));
    const sent = [
      ...(ids.length > 0 ? [connection.send(LOCK_NUMBERS, [ids])] : []),
      ...(byKey.length > 0
        ? [connection.send(LOCK_NUMBERS_BY_KEYS, [byKey.map((n) => n.orgId), byKey.map((n) => n.key)])]
        : []),
      ...(vapiIds.length > 0 ? [connection.send(LOCK_NUMBERS_AT_VAPI, [vapiIds])] : []),
    ];
    const found = new NumbersOnDesk();
    for (const row of (await Promise.all(sent)).flat()) if (!found.find(row.id)) found.add(toNumber(row));
    return found;
  }

  store(connection: Connection, numbers: NumbersOnDesk): readonly Promise<unknown>[] {
    const all = numbers.all();
    const ordered = all.filter((n) => n.isNew);
    const changed = all.filter((n) => !n.isNew && n.changed);
    // Those that give up their id at Vapi go first: another may take it in the same atom.
    const over = changed.filter(isOver);
    const live = changed.filter((n) => !isOver(n));
    const sent: Promise<unknown>[] = [];
    if (ordered.length > 0) {
      const states = ordered.map((n) => n.state);
      const columns = [...toNumberBirthColumns(states), ...toNumberLifeColumns(states)];
      sent.push(connection.send(INSERT_NUMBERS, [ordered.length, ...columns]));
    }
    for (const group of [over, live].filter(({ length }) => length > 0)) {
      const states = group.map((n) => n.state);
      const guard = [states.map((s) => s.id), group.map((n) => n.versionBefore)];
      sent.push(connection.send(UPDATE_NUMBERS, [group.length, ...guard, ...toNumberLifeColumns(states)]));
    }
    return sent;
  }
}

function isOver({ state }: PhoneNumber): boolean {
  return state.status === 'released' || state.status === 'failed';
}

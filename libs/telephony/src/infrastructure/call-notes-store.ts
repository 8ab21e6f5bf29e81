import type { Connection, ShelfMemory, ShelfStore } from '@holdfast/platform';
import { CallNotes } from '../application/call-notes.shelf';
import { eventColumns, LEARN_OF_CALLS, newsColumns, TELL } from './call.sql';
import { FINISH_DELIVERIES, resultColumns } from './delivery.sql';

/**
 * Sent behind the money in the same flight. Rows of `calls` are locked in the order of their ids, as everybody does who
 * writes several: two batches never wait for each other.
 */
export class CallNotesStore implements ShelfStore<null, CallNotes> {
  /** Nothing is read, so there is nothing to know and nothing to prove. */
  readonly memory: ShelfMemory<null, CallNotes> = {
    knows: () => true,
    recall: () => new CallNotes(),
    proves: () => true,
  };

  load(): Promise<CallNotes> {
    return Promise.resolve(new CallNotes());
  }

  store(connection: Connection, { news, happenings, results }: CallNotes): readonly Promise<unknown>[] {
    const sent: Promise<unknown>[] = [];
    for (const round of roundsOf(news, (each) => each.callId)) {
      sent.push(connection.send(LEARN_OF_CALLS, newsColumns(round)));
    }
    if (happenings.length > 0) sent.push(connection.send(TELL, eventColumns(happenings)));
    for (const round of roundsOf(results, (each) => each.id)) {
      sent.push(connection.send(FINISH_DELIVERIES, resultColumns(round)));
    }
    return sent;
  }
}

/** One statement changes a row once: what is said twice of one key goes into a second statement, in order. */
function roundsOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const rounds: Map<string, Row>[] = [];
  for (const row of rows) {
    const key = keyOf(row);
    const free = rounds.find((round) => !round.has(key));
    if (free) free.set(key, row);
    else rounds.push(new Map([[key, row]]));
  }
  return rounds.map((round) => [...round.values()]);
}

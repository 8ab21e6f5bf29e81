import { scaledTime } from '@holdfast/kernel';
import type { Connection } from '../postgres/connection';
import { isConnectionLost } from '../postgres/database-fault';
import { statement } from '../postgres/statement';
import type { Command } from './command';
import type { DatabaseClock } from './database-clock';
import { needsByShelf } from './needs-by-shelf';
import { Desk, type AnyShelf, type StoreOf } from './shelf';

export const BEGIN = statement<never>('uow_begin', 'begin');
export const COMMIT = statement<never>('uow_commit', 'commit');
const ROLLBACK = statement<never>('uow_rollback', 'rollback');
/** After the locks, so that a decision about time is never older than the state it is made on. */
export const CLOCK = statement<{ now: Date }>('uow_clock', 'select clock_timestamp() as now');

/** COMMIT was sent and its answer never came: it may or may not have happened. */
export class CommitOutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('the connection was lost while committing', { cause });
  }
}

/** Prefetch, judge, write, commit: two round trips for any number of commands. */
export async function transact(
  connection: Connection,
  commands: readonly Command<unknown>[],
  storeOf: StoreOf,
  clock: DatabaseClock,
  timeScale: number,
): Promise<unknown[]> {
  const shelves = needsByShelf(commands);
  const views = new Map<AnyShelf, object>();
  const sentAtMs = performance.now();
  const sent: Promise<unknown>[] = [connection.send(BEGIN)];
  for (const [shelf, needs] of shelves) {
    sent.push(
      storeOf(shelf)
        .load(connection, needs)
        .then((view) => void views.set(shelf, view)),
    );
  }
  const time = connection.send(CLOCK);
  sent.push(time);
  const failed = firstFault(await Promise.allSettled(sent));
  if (failed) throw await abandoned(connection, failed);
  const { now } = (await time)[0] as { now: Date };
  clock.measured(now, sentAtMs);
  const desk = new Desk(scaledTime(now, timeScale), views);

  let answers: unknown[];
  try {
    answers = commands.map((command) => command.decide(desk));
  } catch (fault) {
    throw await abandoned(connection, fault);
  }

  const writes: Promise<unknown>[] = [];
  try {
    for (const [shelf, view] of views) writes.push(...storeOf(shelf).store(connection, view));
  } catch (fault) {
    for (const sent of writes) sent.catch(() => undefined); // undone by the rollback, whatever they answer
    throw await abandoned(connection, fault); // else whoever comes next would commit them
  }
  const commit = connection.result(COMMIT);
  const fault = firstFault(await Promise.allSettled([...writes, commit]));
  if (fault && isConnectionLost(fault)) throw new CommitOutcomeUnknown(fault);
  if (fault) throw await abandoned(connection, fault); // the server skipped the COMMIT
  const { tag } = await commit;
  if (tag !== 'COMMIT') throw new Error(`the database answered ${tag} to COMMIT`);
  for (const [shelf, view] of views) {
    storeOf(shelf).memory?.foresee?.(view);
    storeOf(shelf).memory?.committed?.(view);
  }
  return answers;
}

/** What failed first: whatever was sent behind it fails with the same. */
export function firstFault(outcomes: readonly PromiseSettledResult<unknown>[]): Error | undefined {
  return outcomes.find((outcome) => outcome.status === 'rejected')?.reason as Error | undefined;
}

export async function abandoned(connection: Connection, fault: unknown): Promise<Error> {
  // A dead connection has rolled back by dying, and one that hangs would hang again.
  if (!isConnectionLost(fault)) await connection.send(ROLLBACK).catch(() => undefined);
  return fault as Error;
}

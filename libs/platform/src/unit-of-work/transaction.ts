import { scaledTime } from '@holdfast/kernel';
import type { Connection } from '../postgres/connection';
import { isConnectionLost } from '../postgres/database-fault';
import { statement } from '../postgres/statement';
import type { Command } from './command';
import { Desk, type AnyShelf, type AnyStore } from './shelf';

const BEGIN = statement<never>('uow_begin', 'begin');
const COMMIT = statement<never>('uow_commit', 'commit');
const ROLLBACK = statement<never>('uow_rollback', 'rollback');
/** After the locks, so that a decision about time is never older than the state it is made on. */
const CLOCK = statement<{ now: Date }>('uow_clock', 'select clock_timestamp() as now');

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
  storeOf: (shelf: AnyShelf) => AnyStore,
  timeScale: number,
): Promise<unknown[]> {
  const shelves = needsByShelf(commands);
  const views = new Map<AnyShelf, object>();
  const sent: Promise<unknown>[] = [connection.send(BEGIN)];
  for (const [shelf, needs] of shelves) {
    sent.push(
      storeOf(shelf)
        .load(connection, needs)
        .then((view) => void views.set(shelf, view)),
    );
  }
  const clock = connection.send(CLOCK);
  sent.push(clock);
  const failed = firstFault(await Promise.allSettled(sent));
  if (failed) throw await abandoned(connection, failed);
  const desk = new Desk(scaledTime(((await clock)[0] as { now: Date }).now, timeScale), views);

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
  return answers;
}

function needsByShelf(commands: readonly Command<unknown>[]): [AnyShelf, unknown[]][] {
  const byShelf = new Map<AnyShelf, unknown[]>();
  for (const command of commands) {
    for (const { shelf, need } of command.wants) {
      const needs = byShelf.get(shelf);
      if (needs) needs.push(need);
      else byShelf.set(shelf, [need]);
    }
  }
  return [...byShelf].sort(([a], [b]) => Number(b.stage === 'lock') - Number(a.stage === 'lock'));
}

/** What failed first: whatever was sent behind it fails with the same. */
function firstFault(outcomes: readonly PromiseSettledResult<unknown>[]): Error | undefined {
  return outcomes.find((outcome) => outcome.status === 'rejected')?.reason as Error | undefined;
}

async function abandoned(connection: Connection, fault: unknown): Promise<Error> {
  // A dead connection has rolled back by dying, and one that hangs would hang again.
  if (!isConnectionLost(fault)) await connection.send(ROLLBACK).catch(() => undefined);
  return fault as Error;
}

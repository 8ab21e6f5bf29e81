import { scaledTime } from '@holdfast/kernel';
import type { Connection } from '../postgres/connection';
import { isConnectionLost } from '../postgres/database-fault';
import type { Command } from './command';
import type { DatabaseClock } from './database-clock';
import { isKnown, judgeFromMemory, withoutKeys, type Judged } from './judge-from-memory';
import type { KeysLeftToLocks } from './keys-left-to-locks';
import { needsByShelf } from './needs-by-shelf';
import type { StoreOf } from './shelf';
import { abandoned, BEGIN, CLOCK, COMMIT, CommitOutcomeUnknown, firstFault } from './transaction';

export type Answers = ReadonlyMap<Command<unknown>, unknown>;
const NO_ANSWERS: Answers = new Map();

export interface MemoryTerms {
  readonly storeOf: StoreOf;
  readonly clock: DatabaseClock;
  readonly timeScale: number;
}

export interface MemoryLane {
  connection(): Promise<Connection>;
  /**
   * These are decided, and on their way to the database: what comes after them may be judged, on what they leave behind.
   * The others will have to be decided under the locks.
   */
  handedOver(decided: Answers): void;
}

/**
 * Judge, write, commit: one round trip, for commands whose aggregates this process remembers; one more for what it has to
 * learn first. Every write carries what it was judged on, and changes nothing unless that still stands: optimistic
 * concurrency, in the guards of the second wall.
 *
 * @returns the answers of those that could be decided so; the others have to be decided under the locks. Rejects with the
 * database's fault when something was remembered wrongly: then nothing has happened, and the locks teach better.
 */
export async function transactFromMemory(
  lane: MemoryLane,
  commands: readonly Command<unknown>[],
  leftToLocks: KeysLeftToLocks,
  { storeOf, clock, timeScale }: MemoryTerms,
): Promise<Answers> {
  const isDoubtful = (command: Command<unknown>): boolean => leftToLocks.has(command.key) || !isKnown(command, storeOf);
  const connection = await lane.connection();
  if (commands.some(isDoubtful) || !clock.now()) await learn(connection, commands, storeOf, clock);
  const known = withoutKeys(commands, isDoubtful);
  const now = clock.now();
  if (!now || known.length === 0) return NO_ANSWERS;
  const judged = judgeFromMemory(known, storeOf, scaledTime(now, timeScale));
  if (judged.answers.size === 0) return NO_ANSWERS;

  const sent = send(connection, judged, storeOf, clock);
  for (const [shelf, view] of judged.views) storeOf(shelf).memory?.foresee?.(view);
  lane.handedOver(judged.answers);
  try {
    await sent;
  } catch (fault) {
    for (const [shelf, view] of judged.views) storeOf(shelf).memory?.undone?.(view);
    throw fault;
  }
  for (const [shelf, view] of judged.views) storeOf(shelf).memory?.committed?.(view);
  return judged.answers;
}

/** Shelves that are locked first are read first: what proves the others must never be newer than they are. */
async function learn(
  connection: Connection,
  commands: readonly Command<unknown>[],
  storeOf: StoreOf,
  clock: DatabaseClock,
): Promise<void> {
  const sentAtMs = performance.now();
  const asked = needsByShelf(commands).map(([shelf, needs]) => storeOf(shelf).memory?.learn?.(connection, needs));
  const time = clock.wantsMeasuring ? connection.send(CLOCK) : undefined;
  const fault = firstFault(await Promise.allSettled([...asked, time]));
  if (fault) throw fault;
  measure(clock, await time, sentAtMs);
}

async function send(connection: Connection, judged: Judged, storeOf: StoreOf, clock: DatabaseClock): Promise<void> {
  const { views, answers } = judged;
  const sentAtMs = performance.now();
  const writes: Promise<unknown>[] = [connection.send(BEGIN)];
  try {
    for (const [shelf, needs] of needsByShelf(answers.keys())) {
      const verify = storeOf(shelf).memory?.verify?.(connection, views.get(shelf) as object, needs);
      if (verify) writes.push(...verify);
    }
    for (const [shelf, view] of views) writes.push(...storeOf(shelf).store(connection, view));
  } catch (fault) {
    for (const write of writes) write.catch(() => undefined); // undone by the rollback, whatever they answer
    throw await abandoned(connection, fault);
  }
  const time = clock.wantsMeasuring ? connection.send(CLOCK) : undefined;
  const commit = connection.result(COMMIT);
  connection.depart(); // the database begins while the next batch is being judged
  const fault = firstFault(await Promise.allSettled([...writes, time, commit]));
  if (fault && isConnectionLost(fault)) throw new CommitOutcomeUnknown(fault);
  if (fault) throw await abandoned(connection, fault);
  const { tag } = await commit;
  if (tag !== 'COMMIT') throw new Error(`the database answered ${tag} to COMMIT`);
  measure(clock, await time, sentAtMs);
}

function measure(clock: DatabaseClock, rows: readonly { now: Date }[] | undefined, sentAtMs: number): void {
  if (rows?.[0]) clock.measured(rows[0].now, sentAtMs);
}

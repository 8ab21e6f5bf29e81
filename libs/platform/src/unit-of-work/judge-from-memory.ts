import type { Command } from './command';
import { Desk, type AnyMemory, type AnyShelf, type StoreOf } from './shelf';
import { needsByShelf } from './needs-by-shelf';

export interface Judged {
  /** What the decisions left behind, to be written and remembered. */
  readonly views: ReadonlyMap<AnyShelf, object>;
  readonly answers: ReadonlyMap<Command<unknown>, unknown>;
}

/** Decided from memory are all commands of a key or none: what they leave behind is what the next one is decided on. */
export function withoutKeys(
  commands: readonly Command<unknown>[],
  isDoubtful: (command: Command<unknown>) => boolean,
): readonly Command<unknown>[] {
  const doubtful = new Set(commands.filter(isDoubtful).map(({ key }) => key));
  return doubtful.size === 0 ? commands : commands.filter(({ key }) => !doubtful.has(key));
}

/** Whether everything that the command asks for is remembered. */
export function isKnown({ underLocks, wants }: Command<unknown>, storeOf: StoreOf): boolean {
  return !underLocks && wants.every(({ shelf, need }) => storeOf(shelf).memory?.knows(need) === true);
}

/**
 * Decides commands whose aggregates are all remembered. Only what the writes, or the nature of things, will prove is an
 * answer; most refusals are none, for nothing is written for them. Keys with anything unproven are left out.
 */
export function judgeFromMemory(commands: readonly Command<unknown>[], storeOf: StoreOf, now: Date): Judged {
  const first = judge(commands, storeOf, now);
  const proven = withoutKeys(commands, (command) => !first.answers.has(command));
  return proven.length === commands.length ? first : judge(proven, storeOf, now);
}

function judge(commands: readonly Command<unknown>[], storeOf: StoreOf, now: Date): Judged {
  const memoryOf = (shelf: AnyShelf): AnyMemory => storeOf(shelf).memory as AnyMemory;
  const views = new Map<AnyShelf, object>();
  for (const [shelf, needs] of needsByShelf(commands)) views.set(shelf, memoryOf(shelf).recall(needs));
  const desk = new Desk(now, views);
  const decided = commands.map((command) => [command, command.decide(desk)] as const);
  const proven = decided.filter(([{ wants }]) =>
    wants.every(({ shelf, need }) => memoryOf(shelf).proves(views.get(shelf) as object, need)),
  );
  return { views, answers: new Map(proven) };
}

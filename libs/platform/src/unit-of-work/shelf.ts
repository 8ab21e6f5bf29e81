import type { Connection } from '../postgres/connection';

/**
 * One aggregate's part in a batch, as the commands see it: they name what they need of it, and find it on the desk.
 * Owned by the application layer; its store is kept by the infrastructure.
 */
export class Shelf<Need, View extends object> {
  /** Carry the types only. */
  declare readonly need: Need;
  declare readonly view: View;

  constructor(
    readonly name: string,
    /** `lock` shelves go first: everything else is read under their row locks. */
    readonly stage: 'lock' | 'read',
  ) {}
}

/** Fetches in bulk what the commands of a batch need, and writes in bulk what they changed. */
export interface ShelfStore<Need, View extends object> {
  load(connection: Connection, needs: readonly Need[]): Promise<View>;
  /**
   * Sends what changed; nothing when nothing did. COMMIT travels right behind, so a guard that does not hold must fail
   * inside the database (see `guarded`), never in JavaScript.
   */
  store(connection: Connection, view: View): readonly Promise<unknown>[];
  /** Left out: what stands on this shelf is always fetched. */
  readonly memory?: ShelfMemory<Need, View>;
}

/**
 * What this process committed or read last of an aggregate, so that a batch can be judged without asking the database.
 * It may be out of date (other replicas, SQL by hand): whatever is judged from it must be proven by what is sent.
 */
export interface ShelfMemory<Need, View extends object> {
  knows(need: Need): boolean;
  /** The view that `load` would give of needs that are known, as it was last known. */
  recall(needs: readonly Need[]): View;
  /** Reads, without locks, what is not known of these. Left out where that is of no use. */
  learn?(connection: Connection, needs: readonly Need[]): Promise<void>;
  /** Whether sending this view, or its nature, proves what a decision read of it. Else the decision is taken anew, under locks. */
  proves(view: View, need: Need): boolean;
  /** Sends the checks of what was recalled for these needs and is not written: they fail inside the database like a guard. */
  verify?(connection: Connection, view: View, needs: readonly Need[]): readonly Promise<unknown>[];
  /** This is how things stand, or will when what has just been sent commits: the next batch is judged on it. */
  foresee?(view: View): void;
  /** After COMMIT: for facts, which must not be told before they are. */
  committed?(view: View): void;
  /** What was foreseen never came to be, as far as anybody knows: it is forgotten, not believed. */
  undone?(view: View): void;
}

/** A shelf whose types are no longer known: what a batch of mixed commands is made of. */
export type AnyShelf = Shelf<unknown, object>;
export type AnyStore = ShelfStore<unknown, object>;
export type AnyMemory = ShelfMemory<unknown, object>;
export type StoreOf = (shelf: AnyShelf) => AnyStore;

export interface Want {
  readonly shelf: AnyShelf;
  readonly need: unknown;
}

export function want<Need, View extends object>(shelf: Shelf<Need, View>, need: Need): Want {
  return { shelf: shelf as AnyShelf, need };
}

/** What was fetched for a batch, and the moment (database time) at which it is judged. */
export class Desk {
  constructor(
    readonly now: Date,
    private readonly views: ReadonlyMap<AnyShelf, object>,
  ) {}

  on<Need, View extends object>(shelf: Shelf<Need, View>): View {
    const view = this.views.get(shelf as AnyShelf);
    if (!view) throw new Error(`a command used the shelf ${shelf.name} without asking for it`);
    return view as View;
  }
}

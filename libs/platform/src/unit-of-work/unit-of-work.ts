import { type Refusal } from '@holdfast/kernel';
import { Batcher, type Outcome } from '../batching/batcher';
import type { BatchMetrics } from '../batching/batch-metrics';
import { Connection } from '../postgres/connection';
import {
  constraintOf,
  isBusy,
  isConnectionLost,
  isGuardFailed,
  isOutOfResources,
  isWorthRetrying,
} from '../postgres/database-fault';
import { isGivenUp, newHistory, unavailable, type History } from './batch-history';
import type { Command } from './command';
import type { AnyShelf, AnyStore, Shelf, ShelfStore } from './shelf';
import { DatabaseClock } from './database-clock';
import type { DecisionMetrics } from './decision-metrics';
import { KeysLeftToLocks } from './keys-left-to-locks';
import { LaneOrder } from './lane-order';
import { CommitOutcomeUnknown, transact } from './transaction';
import { transactFromMemory, type Answers, type MemoryTerms } from './transaction-from-memory';

/** Connections that move money, per process. On two cores a third only adds lock waits (docs/performance.md). */
export const LANES = 2;
/** Commands in one transaction: larger batches gain little, make everyone wait for the slowest, and leave nothing to overlap. */
export const MAX_BATCH = 128;
/**
 * So many waiting commands are judged and sent while the batch before them is still being written: on a hot wallet, which has
 * one lane to itself, Node and PostgreSQL then work at the same time. With fewer, one larger batch costs less than two.
 */
const OVERLAP_FROM = 64;
/** Commands waiting in this process; at 10 000/s that is under a second, beyond which a caller had better retry. */
export const MAX_QUEUE = 8_192;
/** A single command is tried this often when it loses a race that its second look can win. */
const MAX_RACES = 4;
const RECONNECT_PAUSE_MS = 100;
/**
 * What was remembered turned out wrong: another replica writes the same wallets. For this long the lane asks first, so that
 * at most one batch in so much time is judged in vain.
 */
const CONTENTION_PAUSE_MS = 1_000;

export interface UnitOfWorkOptions {
  readonly databaseUrl: string;
  /** 1 in production; see TIME_SCALE_ORIGIN_MS. */
  readonly timeScale: number;
  readonly metrics?: BatchMetrics;
  readonly decisions?: DecisionMetrics;
  readonly lanes?: number;
}

/** The one way money moves. A single is a batch of one. Correct with any number of processes on one database. */
export class UnitOfWork {
  private readonly batcher: Batcher<Command<unknown>, unknown>;
  private readonly connections: (Connection | undefined)[] = [];
  private readonly orders: readonly LaneOrder[];
  private readonly leftToLocks = new KeysLeftToLocks();
  private readonly stores = new Map<AnyShelf, AnyStore>();
  private readonly refusals = new Map<string, Refusal>();
  private readonly clock = new DatabaseClock();
  /** By lane: until then (`Date.now()`) nothing is judged from memory. */
  private readonly contendedUntil: number[] = [];

  constructor(private readonly options: UnitOfWorkOptions) {
    const lanes = options.lanes ?? LANES;
    this.orders = Array.from({ length: lanes }, () => new LaneOrder());
    this.batcher = new Batcher({
      name: 'money',
      lanes,
      maxBatch: MAX_BATCH,
      overlapFrom: OVERLAP_FROM,
      maxQueue: MAX_QUEUE,
      metrics: options.metrics,
      run: (lane, commands) => this.runBatch(lane, commands),
    });
  }

  /**
   * @returns the command's answer, its refusal, or the refusals `overloaded`, `database_unavailable` (nothing
   * happened) and `outcome_unknown` (it may have happened: repeat the same). Rejects on faults.
   */
  execute<Answer>(command: Command<Answer>): Promise<Answer | Refusal> {
    return this.batcher.submit(command.key, command as Command<unknown>) as Promise<Answer | Refusal>;
  }

  /** Says who fetches and writes what stands on a shelf. Once per shelf, by the module that owns it. */
  keep<Need, View extends object>(shelf: Shelf<Need, View>, store: ShelfStore<Need, View>): void {
    this.stores.set(shelf as AnyShelf, store as AnyStore);
  }

  /** What a named constraint refuses, when a rule that reads ahead could not see it coming. */
  refuseWhen(constraint: string, refusal: Refusal): void {
    this.refusals.set(constraint, refusal);
  }

  get queued(): number {
    return this.batcher.queued;
  }

  async close(): Promise<void> {
    await this.batcher.drain();
    for (const connection of this.connections) await connection?.close();
  }

  private readonly storeOf = (shelf: AnyShelf): AnyStore => {
    const store = this.stores.get(shelf);
    if (!store) throw new Error(`nobody keeps the shelf ${shelf.name}`);
    return store;
  };

  private get memoryTerms(): MemoryTerms {
    return { storeOf: this.storeOf, clock: this.clock, timeScale: this.options.timeScale };
  }

  private async runBatch(lane: number, commands: readonly Command<unknown>[]): Promise<Outcome<unknown>[]> {
    const history = newHistory();
    const order = this.orders[lane] as LaneOrder;
    const answers = await order.together((next) => this.runFromMemory(lane, commands, history, next));
    const undecided = commands.filter((command) => !answers.has(command));
    this.options.decisions?.decided('memory', answers.size);
    this.options.decisions?.decided('locks', undecided.length);
    const outcomes =
      undecided.length === 0 ? [] : await order.alone(() => this.runUnderLocks(lane, undecided, history));
    this.leftToLocks.remove(history.left ?? []);
    let next = 0;
    return commands.map((command) =>
      answers.has(command) ? { ok: true, answer: answers.get(command) } : (outcomes[next++] as Outcome<unknown>),
    );
  }

  /** Whatever goes wrong here, nothing has happened or it is not known: the locks tell. */
  private async runFromMemory(
    lane: number,
    commands: readonly Command<unknown>[],
    history: History,
    next: () => void,
  ): Promise<Answers> {
    const handedOver = (decided: Answers): void => {
      history.left = commands.filter((command) => !decided.has(command)).map(({ key }) => key);
      this.leftToLocks.add(history.left);
      next();
    };
    let answers: Answers = new Map();
    try {
      if (Date.now() >= (this.contendedUntil[lane] ?? 0)) {
        const memoryLane = { connection: () => this.connection(lane), handedOver };
        answers = await transactFromMemory(memoryLane, commands, this.leftToLocks, this.memoryTerms);
      }
    } catch (fault) {
      this.learnFrom(fault, lane, commands, history);
    }
    if (history.left === null) handedOver(answers);
    return answers;
  }

  private learnFrom(fault: unknown, lane: number, commands: readonly Command<unknown>[], history: History): void {
    if (isBusy(fault)) history.crowded = true;
    if (isBusy(fault) && commands.length === 1) history.busyKeys.add((commands[0] as Command<unknown>).key);
    if (isGuardFailed(fault)) {
      this.contendedUntil[lane] = Date.now() + CONTENTION_PAUSE_MS;
      this.options.decisions?.disproved();
    }
    if (fault instanceof CommitOutcomeUnknown) history.unknownSince = Date.now();
    if (fault instanceof CommitOutcomeUnknown || isConnectionLost(fault)) this.discard(lane);
  }

  private async runUnderLocks(
    lane: number,
    commands: readonly Command<unknown>[],
    history: History,
  ): Promise<Outcome<unknown>[]> {
    try {
      if (!history.crowded) return answered(await this.runDespiteLostConnections(lane, commands, history));
    } catch (fault) {
      if (commands.length === 1) return [this.explained(fault as Error, history)];
    }
    // One bad command never harms another: each runs again on its own.
    const outcomes: Outcome<unknown>[] = [];
    for (const command of commands) outcomes.push(await this.runSingle(lane, command, history));
    return outcomes;
  }

  private async runSingle(lane: number, command: Command<unknown>, history: History): Promise<Outcome<unknown>> {
    // Waiting again behind the same lock would only make everybody else wait too.
    if (history.busyKeys.has(command.key)) return { ok: true, answer: unavailable(history) };
    try {
      return { ok: true, answer: (await this.runDespiteLostConnections(lane, [command], history))[0] };
    } catch (fault) {
      return this.explained(fault as Error, history);
    }
  }

  /** A fault whose constraint has a name is a refusal; one that came after a lost COMMIT cannot say that nothing happened. */
  private explained(fault: Error, history: History): Outcome<unknown> {
    const refusal = this.refusals.get(constraintOf(fault) ?? '');
    if (refusal) return { ok: true, answer: refusal };
    return history.unknownSince !== null ? { ok: true, answer: unavailable(history) } : { ok: false, fault };
  }

  private async runDespiteLostConnections(
    lane: number,
    commands: readonly Command<unknown>[],
    history: History,
  ): Promise<unknown[]> {
    const started = Date.now();
    for (let races = 1; ;) {
      try {
        const { timeScale } = this.options;
        return await transact(await this.connection(lane), commands, this.storeOf, this.clock, timeScale);
      } catch (fault) {
        if (fault instanceof CommitOutcomeUnknown || isConnectionLost(fault)) {
          if (fault instanceof CommitOutcomeUnknown) history.unknownSince ??= Date.now();
          this.discard(lane);
          if (isGivenUp(started, history)) return commands.map(() => unavailable(history));
          await pause(RECONNECT_PAUSE_MS);
        } else if (commands.length === 1 && isWorthRetrying(fault) && races < MAX_RACES) {
          races += 1;
        } else if (commands.length === 1 && (isBusy(fault) || isOutOfResources(fault))) {
          if (isBusy(fault)) history.busyKeys.add((commands[0] as Command<unknown>).key);
          return [unavailable(history)];
        } else throw fault;
      }
    }
  }

  private async connection(lane: number): Promise<Connection> {
    const open = this.connections[lane];
    if (open?.usable) return open;
    return (this.connections[lane] = await Connection.open(this.options.databaseUrl, `holdfast-money-${lane}`));
  }

  private discard(lane: number): void {
    this.connections[lane]?.abandon();
    this.connections[lane] = undefined;
  }
}

function answered(answers: readonly unknown[]): Outcome<unknown>[] {
  return answers.map((answer) => ({ ok: true, answer }));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

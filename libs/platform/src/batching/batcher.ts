import { Refusal } from '@holdfast/kernel';
import type { BatchMetrics } from './batch-metrics';

export type Outcome<Answer> =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly fault: Error };

export interface BatcherOptions<Item, Answer> {
  readonly name: string;
  /** How many batches may be under way at once. Items of one key always share a lane, in order of arrival. */
  readonly lanes: number;
  readonly maxBatch: number;
  /** A lane begins a second batch while one is under way when this many items wait; left out: never. */
  readonly overlapFrom?: number;
  /** Waiting items over all lanes; the next one is refused as `overloaded`. */
  readonly maxQueue: number;
  /** Runs one batch. Must answer every item, in order; a rejection fails them all. */
  readonly run: (lane: number, items: readonly Item[]) => Promise<readonly Outcome<Answer>[]>;
  readonly metrics?: BatchMetrics;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer | Refusal) => void;
  readonly reject: (fault: Error) => void;
}

/**
 * Items that arrive while a batch is under way form the next one. Nothing waits on a timer: an idle lane starts at the
 * end of the current turn of the event loop, so a single is a batch of one.
 */
export class Batcher<Item, Answer> {
  private readonly queues: Waiting<Item, Answer>[][];
  /** By lane: batches under way, and whether a look at its queue is due at the end of this turn. */
  private readonly underWay: number[];
  private readonly due: boolean[];
  private waiting = 0;
  private closing = false;
  private readonly idle: (() => void)[] = [];

  constructor(private readonly options: BatcherOptions<Item, Answer>) {
    this.queues = Array.from({ length: options.lanes }, () => []);
    this.underWay = Array.from({ length: options.lanes }, () => 0);
    this.due = Array.from({ length: options.lanes }, () => false);
  }

  /** @returns the answer, or the refusal `overloaded` when the queue is full or the engine is stopping. */
  submit(key: string, item: Item): Promise<Answer | Refusal> {
    if (this.closing)
      return Promise.resolve(new Refusal('overloaded', 'The engine is stopping.', { retryAfterSeconds: 1 }));
    if (this.waiting >= this.options.maxQueue) {
      this.options.metrics?.shed(this.options.name);
      return Promise.resolve(
        new Refusal('overloaded', 'More requests are waiting than can be served in time.', { retryAfterSeconds: 1 }),
      );
    }
    const lane = laneOf(key, this.options.lanes);
    this.waiting += 1;
    return new Promise((resolve, reject) => {
      this.queue(lane).push({ item, resolve, reject });
      if (this.mayBegin(lane)) this.lookSoon(lane);
    });
  }

  get queued(): number {
    return this.waiting;
  }

  /** Refuses what comes and waits until everything accepted has been answered. */
  async drain(): Promise<void> {
    this.closing = true;
    if (!this.isIdle) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private get isIdle(): boolean {
    return this.waiting === 0 && this.underWay.every((batches) => batches === 0);
  }

  private mayBegin(lane: number): boolean {
    const { length } = this.queue(lane);
    if (this.underWay[lane] === 0) return length > 0;
    return this.underWay[lane] === 1 && length >= (this.options.overlapFrom ?? Number.POSITIVE_INFINITY);
  }

  /**
   * At the end of this turn of the event loop, so that what was just answered, and what has arrived meanwhile, may join:
   * else callers fall apart into two generations and every batch is half as large as it could be.
   */
  private lookSoon(lane: number): void {
    if (this.due[lane]) return;
    this.due[lane] = true;
    setImmediate(() => {
      this.due[lane] = false;
      while (this.mayBegin(lane)) void this.runBatch(lane, this.queue(lane).splice(0, this.options.maxBatch));
    });
  }

  private async runBatch(lane: number, batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    this.waiting -= batch.length;
    this.underWay[lane] = (this.underWay[lane] as number) + 1;
    const started = process.hrtime.bigint();
    try {
      const outcomes = await this.options.run(
        lane,
        batch.map((waiting) => waiting.item),
      );
      batch.forEach((waiting, i) => settle(waiting, outcomes[i]));
    } catch (fault) {
      for (const waiting of batch) waiting.reject(fault as Error);
    }
    this.underWay[lane] = (this.underWay[lane] as number) - 1;
    this.options.metrics?.ran(this.options.name, lane, batch.length, this.waiting, started);
    if (this.isIdle) for (const done of this.idle.splice(0)) done();
    else this.lookSoon(lane);
  }

  private queue(lane: number): Waiting<Item, Answer>[] {
    return this.queues[lane] as Waiting<Item, Answer>[];
  }
}

function settle<Item, Answer>(waiting: Waiting<Item, Answer>, outcome: Outcome<Answer> | undefined): void {
  if (outcome === undefined) waiting.reject(new Error('a batch left one of its items unanswered'));
  else if (outcome.ok) waiting.resolve(outcome.answer);
  else waiting.reject(outcome.fault);
}

/** FNV-1a: spreads ids over lanes; no security needed. */
function laneOf(key: string, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % lanes;
}

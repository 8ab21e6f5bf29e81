import { readMetrics } from '../http/engine-metrics';

const LOOK_EVERY_MS = 1_000;
const BATCHER = 'batcher="money"';

/** What an operator sees at /metrics while the engine is overloaded. */
export class BatchWatch {
  deepestQueue = 0;
  /** Looks that were answered, and the longest wait for one. */
  looks = 0;
  longestMs = 0;
  private first: ReadonlyMap<string, number> = new Map();
  private last: ReadonlyMap<string, number> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly port: number) {}

  start(): void {
    let busy = false;
    this.timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.looking = this.look().finally(() => (busy = false));
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    await this.look();
  }

  get batches(): number {
    return this.grown('holdfast_batch_size_count');
  }

  get commandsPerBatch(): number {
    return this.grown('holdfast_batch_size_sum') / this.batches;
  }

  get shed(): number {
    return [...this.last.keys()]
      .filter((name) => name.startsWith('holdfast_overloaded_total{'))
      .reduce((sum, name) => sum + (this.last.get(name) ?? 0) - (this.first.get(name) ?? 0), 0);
  }

  /** Batches by lane. */
  get lanes(): number[] {
    const lanes = [...this.last.keys()].filter((name) => name.startsWith(`holdfast_lane_batches_total{${BATCHER}`));
    return lanes.map((name) => (this.last.get(name) ?? 0) - (this.first.get(name) ?? 0));
  }

  private async look(): Promise<void> {
    const asked = performance.now();
    this.last = await readMetrics(this.port);
    if (this.looks === 0) this.first = this.last;
    this.looks += 1;
    this.longestMs = Math.max(this.longestMs, performance.now() - asked);
    this.deepestQueue = Math.max(this.deepestQueue, this.last.get(`holdfast_batch_queue_depth{${BATCHER}}`) ?? 0);
  }

  private grown(name: string): number {
    const labelled = `${name}{${BATCHER}}`;
    return (this.last.get(labelled) ?? 0) - (this.first.get(labelled) ?? 0);
  }
}

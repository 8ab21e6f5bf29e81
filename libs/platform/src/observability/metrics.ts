import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchMetrics } from '../batching/batch-metrics';
import type { DecisionMetrics } from '../unit-of-work/decision-metrics';

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** What the engine tells about itself at /metrics. */
@Injectable()
export class Metrics implements BatchMetrics, DecisionMetrics {
  readonly registry = new Registry();

  private readonly batchSize = new Histogram({
    name: 'holdfast_batch_size',
    help: 'commands per transaction',
    labelNames: ['batcher'],
    buckets: SIZES,
    registers: [this.registry],
  });
  private readonly batchSeconds = new Histogram({
    name: 'holdfast_batch_seconds',
    help: 'time a transaction took',
    labelNames: ['batcher'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly queueDepth = new Gauge({
    name: 'holdfast_batch_queue_depth',
    help: 'commands waiting for a lane, as of the last batch',
    labelNames: ['batcher'],
    registers: [this.registry],
  });
  private readonly laneBatches = new Counter({
    name: 'holdfast_lane_batches_total',
    help: 'transactions run per lane',
    labelNames: ['batcher', 'lane'],
    registers: [this.registry],
  });
  private readonly overloaded = new Counter({
    name: 'holdfast_overloaded_total',
    help: 'commands refused because the queue was full',
    labelNames: ['batcher'],
    registers: [this.registry],
    // Counted plainly and told when somebody asks: a refusal must cost next to nothing.
    collect: () => this.tellSheds(),
  });
  private readonly decisions = new Counter({
    name: 'holdfast_commands_decided_total',
    help: 'commands by what they were decided on: what this process remembered, or what was read under locks',
    labelNames: ['on'],
    registers: [this.registry],
  });
  private readonly disprovals = new Counter({
    name: 'holdfast_memory_disproved_total',
    help: 'batches judged on what somebody else had changed meanwhile (and decided anew): many when replicas share wallets',
    registers: [this.registry],
  });
  private readonly sheds = new Map<string, number>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  ran(batcher: string, lane: number, size: number, queued: number, startedNs: bigint): void {
    this.batchSize.observe({ batcher }, size);
    this.batchSeconds.observe({ batcher }, Number(process.hrtime.bigint() - startedNs) / 1e9);
    this.queueDepth.set({ batcher }, queued);
    this.laneBatches.inc({ batcher, lane: String(lane) });
  }

  decided(on: 'memory' | 'locks', commands: number): void {
    if (commands > 0) this.decisions.inc({ on }, commands);
  }

  disproved(): void {
    this.disprovals.inc();
  }

  shed(batcher: string): void {
    this.sheds.set(batcher, (this.sheds.get(batcher) ?? 0) + 1);
  }

  private tellSheds(): void {
    for (const [batcher, count] of this.sheds) this.overloaded.inc({ batcher }, count);
    this.sheds.clear();
  }
}

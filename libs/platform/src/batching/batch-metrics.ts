/** What a batcher tells about itself. */
export interface BatchMetrics {
  ran(batcher: string, lane: number, size: number, queued: number, startedNs: bigint): void;
  shed(batcher: string): void;
}

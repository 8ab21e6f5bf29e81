/** How commands were decided. */
export interface DecisionMetrics {
  decided(on: 'memory' | 'locks', commands: number): void;
  /** A batch was judged on what was no longer so; nothing of it happened, and it was decided anew. */
  disproved(): void;
}

import type { Flags } from './flags';
import type { BenchReport } from './report/bench-report';

/** One question about speed, answered by ratios inside one run. */
export interface Bench {
  readonly name: string;
  readonly question: string;
  run(flags: Flags): Promise<BenchReport>;
}

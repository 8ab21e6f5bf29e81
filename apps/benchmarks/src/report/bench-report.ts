import type { Machine } from './machine';

/** One line of the table: a variant under one load. */
export interface Line {
  readonly load: string;
  readonly variant: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly nodeMicros: number;
  readonly postgresMicros: number;
  readonly note?: string;
}

/** What was promised and what came of it. */
export interface Verdict {
  readonly what: string;
  readonly reached: number;
  readonly unit: string;
  readonly target: string;
  readonly met: boolean;
}

export interface BenchReport {
  readonly bench: string;
  readonly machine: Machine;
  readonly startedAt: string;
  readonly lines: readonly Line[];
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly string[];
}

export function atLeast(what: string, reached: number, target: number, unit = '×'): Verdict {
  return { what, reached, unit, target: `≥ ${target} ${unit}`, met: reached >= target };
}

export function atMost(what: string, reached: number, target: number, unit = '×'): Verdict {
  return { what, reached, unit, target: `≤ ${target} ${unit}`, met: reached <= target };
}

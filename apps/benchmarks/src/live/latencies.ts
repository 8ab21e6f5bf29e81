import { quantile } from '../measure/median';

export interface LatencyFigures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

/** Latencies by kind of request. */
export class Latencies {
  private readonly byKind = new Map<string, number[]>();

  add(kind: string, ms: number): void {
    const known = this.byKind.get(kind);
    if (known) known.push(ms);
    else this.byKind.set(kind, [ms]);
  }

  /** Of these kinds together. */
  figures(...kinds: readonly string[]): LatencyFigures {
    return figuresOf(kinds.flatMap((kind) => this.byKind.get(kind) ?? []));
  }
}

export function figuresOf(values: readonly number[]): LatencyFigures {
  return {
    count: values.length,
    p50Ms: quantile(values, 0.5),
    p99Ms: quantile(values, 0.99),
    mostMs: values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  };
}

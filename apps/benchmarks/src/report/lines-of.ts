import { medianOf, type SamplesByVariant } from '../measure/interleaved-rounds';
import type { Line } from './bench-report';

export function linesOf(
  load: string,
  samples: SamplesByVariant,
  notes: ReadonlyMap<string, string> = new Map(),
): Line[] {
  return [...samples].map(([variant, rounds]) => ({
    load,
    variant,
    perSecond: medianOf(rounds, (s) => s.perSecond),
    p50Ms: medianOf(rounds, (s) => s.p50Ms),
    p99Ms: medianOf(rounds, (s) => s.p99Ms),
    nodeMicros: medianOf(rounds, (s) => s.nodeMicros),
    postgresMicros: medianOf(rounds, (s) => s.postgresMicros),
    note: notes.get(variant),
  }));
}

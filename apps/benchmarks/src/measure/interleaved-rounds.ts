import { closedLoop, type Load, type LoopResult } from './closed-loop';
import { treeCpuMicros } from './cpu-clock';
import { median } from './median';
import type { Variant } from './variant';

export interface Sample extends LoopResult {
  /** CPU of this process (the engine or the client code) per operation. */
  readonly nodeMicros: number;
  /** CPU of PostgreSQL per operation; NaN where it cannot be read. */
  readonly postgresMicros: number;
}

export type SamplesByVariant = ReadonlyMap<string, readonly Sample[]>;

/**
 * Every variant once per round, beginning with another one each time: whatever else the machine does falls on all
 * alike. Figures are taken as medians over the rounds, ratios as medians of the ratios inside a round.
 */
export async function interleavedRounds(
  variants: readonly Variant[],
  rounds: number,
  load: Load,
  postgresPid: number,
): Promise<SamplesByVariant> {
  const samples = new Map<string, Sample[]>(variants.map((variant) => [variant.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of beginningWith(round, variants)) {
      samples.get(variant.name)?.push(await sampleOf(variant, load, postgresPid));
    }
  }
  return samples;
}

/** The same in turn, beginning with another one each round. */
export function beginningWith<T>(round: number, all: readonly T[]): readonly T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

async function sampleOf(variant: Variant, load: Load, postgresPid: number): Promise<Sample> {
  const postgresBefore = treeCpuMicros(postgresPid);
  const nodeBefore = process.cpuUsage();
  const result = await closedLoop(load, (caller) => variant.operate(caller));
  const node = process.cpuUsage(nodeBefore);
  const postgres = (treeCpuMicros(postgresPid) ?? Number.NaN) - (postgresBefore ?? Number.NaN);
  return {
    ...result,
    nodeMicros: (node.user + node.system) / result.operations,
    postgresMicros: postgres / result.operations,
  };
}

export function medianOf(samples: readonly Sample[], figure: (sample: Sample) => number): number {
  return median(samples.map(figure));
}

/** How many times `ours` beats `theirs`: the median of the ratios of the rounds. */
export function speedRatio(ours: readonly Sample[], theirs: readonly Sample[]): number {
  return median(ours.map((sample, round) => sample.perSecond / (theirs[round] as Sample).perSecond));
}

import { closedLoop, type Load } from './closed-loop';
import { interleavedRounds, type SamplesByVariant } from './interleaved-rounds';
import { tunePool } from './tuned-pool';
import type { Variant } from './variant';

/**
 * Until the code is compiled, statements are planned and PostgreSQL has its pages. V8 goes on compiling for as long: of Node's
 * time per call at 64 in flight 11-17 µs are the compiler's after three seconds, 3-5 µs after twelve.
 */
const WARM_UP_SECONDS = 10;

export interface Comparison {
  readonly samples: SamplesByVariant;
  /** What is worth saying of a variant: the pool it was given. */
  readonly notes: ReadonlyMap<string, string>;
}

/** Warms up, gives every baseline its best pool, measures in interleaved rounds, and checks that the money adds up. */
export async function compare(
  variants: readonly Variant[],
  rounds: number,
  load: Load,
  postgresPid: number,
): Promise<Comparison> {
  const notes = new Map<string, string>();
  for (const variant of variants) {
    const size = await tunePool(variant, load.inFlight);
    if (size !== undefined) notes.set(variant.name, `pool of ${size}`);
    await closedLoop({ inFlight: load.inFlight, seconds: WARM_UP_SECONDS }, (caller) => variant.operate(caller));
  }
  const samples = await interleavedRounds(variants, rounds, load, postgresPid);
  for (const variant of variants) await variant.verify();
  return { samples, notes };
}

import { closedLoop } from './closed-loop';
import type { Variant } from './variant';

const TRIAL_SECONDS = 0.7;

/** A competent user tries some sizes and keeps the best, for this very load. Doubles as warm-up. */
export async function tunePool(variant: Variant, inFlight: number): Promise<number | undefined> {
  if (!variant.poolSizes || !variant.usePool) return undefined;
  let best = { size: 0, perSecond: 0 };
  for (const size of variant.poolSizes) {
    await variant.usePool(size);
    await closedLoop({ inFlight, seconds: TRIAL_SECONDS / 2 }, (caller) => variant.operate(caller));
    const { perSecond } = await closedLoop({ inFlight, seconds: TRIAL_SECONDS }, (caller) => variant.operate(caller));
    if (perSecond > best.perSecond) best = { size, perSecond };
  }
  await variant.usePool(best.size);
  return best.size;
}

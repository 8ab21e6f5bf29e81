/** Paid seconds left at which the caller is told. */
export const WARNINGS_AT_SECONDS = [60, 15] as const;
/** A hold is extended this long before its end: the first warning must know whether money was short. */
export const LOOKAHEAD_SECONDS = 65;
/** While a call is on its last slice, somebody may top up: looked at this often, and at once when this engine adds the credit. */
export const TOP_UP_LOOK_SECONDS = 15;
/** A call that was told to end and goes on is told again: soon at first, then less often. */
const CUT_AGAIN_SECONDS = [2, 2, 2, 5, 10, 20, 30] as const;

export interface LiveCallView {
  /** Paid seconds left. */
  readonly remainingSeconds: number;
  readonly lastSlice: boolean;
  readonly warnedAtSeconds: number | null;
  readonly cutAttempts: number;
}

export type Enforcement =
  | { readonly action: 'wait'; readonly nextInSeconds: number }
  | { readonly action: 'warn'; readonly atSeconds: number; readonly nextInSeconds: number }
  | { readonly action: 'cut'; readonly nextInSeconds: number };

/** What to do about a live call now, and when to look again. A call is never cut while it has paid seconds left. */
export function enforce(call: LiveCallView): Enforcement {
  const { remainingSeconds, lastSlice, cutAttempts } = call;
  if (remainingSeconds <= 0) return { action: 'cut', nextInSeconds: pauseAfterCut(cutAttempts) };
  if (!lastSlice) {
    // Below the lookahead only where nothing can be added any more: at the longest call there is.
    const spare = remainingSeconds - LOOKAHEAD_SECONDS;
    return { action: 'wait', nextInSeconds: spare > 0 ? spare : Math.min(TOP_UP_LOOK_SECONDS, remainingSeconds) };
  }
  const nextInSeconds = Math.min(TOP_UP_LOOK_SECONDS, untilNextThreshold(remainingSeconds));
  const warnedAtSeconds = isWarningOutdated(call) ? null : call.warnedAtSeconds;
  const due = WARNINGS_AT_SECONDS.findLast((at) => remainingSeconds <= at);
  if (due !== undefined && (warnedAtSeconds === null || warnedAtSeconds > due)) {
    return { action: 'warn', atSeconds: due, nextInSeconds };
  }
  return { action: 'wait', nextInSeconds };
}

/** Seconds until a call that goes on after so many orders to end, and one more now, is told again. */
export function pauseAfterCut(cutAttempts: number): number {
  return CUT_AGAIN_SECONDS[Math.min(cutAttempts, CUT_AGAIN_SECONDS.length - 1)] as number;
}

/** Somebody topped up, or another call gave its hold back: what was said is no longer so. */
export function isWarningOutdated({ remainingSeconds, lastSlice, warnedAtSeconds }: LiveCallView): boolean {
  return warnedAtSeconds !== null && (!lastSlice || remainingSeconds > warnedAtSeconds);
}

function untilNextThreshold(remainingSeconds: number): number {
  const next = WARNINGS_AT_SECONDS.find((at) => at < remainingSeconds) ?? 0;
  return remainingSeconds - next;
}

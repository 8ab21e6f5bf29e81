export interface LiveCall {
  /** Seconds talked so far. ≥ 0 */
  readonly elapsedSeconds: number;
  /** Seconds its hold pays for. */
  readonly grantedSeconds: number;
  /** Seconds until somebody asks again. > 0 */
  readonly intervalSeconds: number;
}

export interface KillSwitchDecision {
  /** The call has used what it can pay for. */
  readonly endCall: boolean;
  /** Less than one interval is left: say so. */
  readonly warn: boolean;
  readonly remainingSeconds: number;
  readonly nextCheckSeconds: number;
}

/** Nobody needs to ask more often than this. */
const SHORTEST_CHECK_SECONDS = 1;

/**
 * May this call go on? A call's own hold pays for that call, so only the seconds it was granted count: a wallet wholly
 * held by its only call is not out of money.
 */
export function judgeLiveCall({ elapsedSeconds, grantedSeconds, intervalSeconds }: LiveCall): KillSwitchDecision {
  const remainingSeconds = Math.max(0, grantedSeconds - elapsedSeconds);
  if (remainingSeconds === 0) return { endCall: true, warn: false, remainingSeconds, nextCheckSeconds: 0 };
  const nextCheckSeconds = Math.max(SHORTEST_CHECK_SECONDS, Math.min(intervalSeconds, Math.floor(remainingSeconds)));
  return { endCall: false, warn: remainingSeconds < intervalSeconds, remainingSeconds, nextCheckSeconds };
}

import { MAX_GRANTED_SECONDS } from '@holdfast/kernel';

export interface ExtensionPolicy {
  /** A hold is extended when no more than this is left of it: time enough for one more look. */
  readonly lookaheadSeconds: number;
  /** How much a slice adds. */
  readonly sliceSeconds: number;
}

/**
 * Until which second of talk a hold should reach now; null when it reaches far enough. Depends on the state alone, so
 * that asking twice extends once.
 */
export function extensionTarget(
  elapsedSeconds: number,
  grantedSeconds: number,
  policy: ExtensionPolicy,
): number | null {
  if (grantedSeconds - elapsedSeconds > policy.lookaheadSeconds) return null;
  const target = Math.min(
    MAX_GRANTED_SECONDS,
    Math.ceil(Math.max(elapsedSeconds, grantedSeconds)) + policy.sliceSeconds,
  );
  return target > grantedSeconds ? target : null;
}

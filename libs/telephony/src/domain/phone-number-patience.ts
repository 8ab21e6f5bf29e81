import { secondsBetween } from '@holdfast/kernel';

/**
 * How long whoever works on a number may take for one step before another replica goes on. Above the longest purchase
 * (7 requests of at most 12 s), so that nobody is asked about a purchase that is still being tried.
 */
export const LEASE_SECONDS = 90;

/** First pause after a step that could not be finished; doubled each time. */
const FIRST_RETRY_SECONDS = 5;
/** An outage of hours costs one question per number every two minutes, and its end is noticed within two. */
const LONGEST_RETRY_SECONDS = 120;
/** A provider may ask for a longer pause, up to this: its header is not ours to trust with days. */
const LONGEST_ASKED_SECONDS = 3_600;

/** Seconds until the next try, after so many tries (1 or more) of the same step. */
export function retryDelaySeconds(attempts: number, askedSeconds = 0): number {
  const doubled = FIRST_RETRY_SECONDS * 2 ** Math.min(attempts - 1, 10);
  return Math.max(Math.min(doubled, LONGEST_RETRY_SECONDS), Math.min(askedSeconds, LONGEST_ASKED_SECONDS));
}

/** A registration that is refused outright is tried this often before the number is given back: 5 s and 10 s apart. */
export const MAX_REFUSED_REGISTRATIONS = 3;

/** An open step older than this is shown to the operator: twice the longest wait the saga itself allows. */
export const STUCK_AFTER_SECONDS = 1_800;

/** Whole seconds until a step that began then is stuck; 0 or less: it is. */
export function secondsUntilStuck(stepSince: Date, now: Date): number {
  return Math.ceil(STUCK_AFTER_SECONDS - secondsBetween(stepSince, now));
}

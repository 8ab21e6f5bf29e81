/** One request to a provider, milliseconds, connection to last byte. A purchase at Twilio takes one to three seconds. */
export const PROVIDER_TIMEOUT_MS = 10_000;

/** Longest that settings may allow: `LONGEST_BUY_MS` has to stay under the time after which absence is believed. */
export const MAX_PROVIDER_TIMEOUT_MS = 12_000;

/** How often `buy` tries another number after somebody else was faster. Each try certainly bought nothing. */
export const MAX_BUY_TRIES = 3;

/** The longest one `buy` can last: the look for its tag, then a search and a purchase per try. */
export const LONGEST_BUY_MS = (1 + 2 * MAX_BUY_TRIES) * MAX_PROVIDER_TIMEOUT_MS;

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * Rejects with `DeadlineExceeded` when the work has not ended in time: for steps of several requests, each of which has
 * its own time-out. The work itself goes on unwatched.
 */
export async function withinDeadline<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineExceeded(`No complete answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

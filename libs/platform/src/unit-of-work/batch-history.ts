import { Refusal } from '@holdfast/kernel';

/** A connection lost before COMMIT changed nothing: try again for about as long as a failover of the pool takes. */
const LOST_RETRY_MS = 1_000;
/**
 * A COMMIT without an answer must be settled by running it again; when that has failed for this long, the caller is told to.
 * Counted from the moment the COMMIT was given up: an answer that never comes is waited for longer than this
 * (ANSWER_TIMEOUT_MS of a connection, 8 s), and it must be run again all the same.
 */
const UNKNOWN_RETRY_MS = 5_000;

/** What has happened to a batch so far, also while its commands run again one by one. */
export interface History {
  /** When a COMMIT that was sent was given up without an answer: nobody of this batch may be told that nothing happened. */
  unknownSince: number | null;
  /** Keys whose wallet somebody else keeps locked. */
  readonly busyKeys: Set<string>;
  /** One of its wallets is known to be locked: waiting for it together would make all of them wait again. */
  crowded: boolean;
  /** Keys that it leaves to the locks, known when what it decides from memory is on its way. */
  left: readonly string[] | null;
}

export function newHistory(): History {
  return { unknownSince: null, busyKeys: new Set(), crowded: false, left: null };
}

export function isGivenUp(started: number, { unknownSince }: History): boolean {
  return unknownSince === null ? Date.now() - started > LOST_RETRY_MS : Date.now() - unknownSince > UNKNOWN_RETRY_MS;
}

/** Whoever's COMMIT went unanswered is never told that nothing happened. */
export function unavailable({ unknownSince }: History): Refusal {
  return unknownSince !== null
    ? new Refusal('outcome_unknown', 'The database did not confirm. Repeat the same request.', { retryAfterSeconds: 1 })
    : new Refusal('database_unavailable', 'The database cannot be reached. Nothing was changed.', {
        retryAfterSeconds: 1,
      });
}

import type { Refusal } from '@holdfast/kernel';
import type { Desk, Want } from './shelf';

/**
 * A decision about money. It names what it needs, and decides on it in memory: no I/O, no clock of its own.
 * Deciding twice on what the first decision left behind must give the first answer, marked as a repeat: after a lost
 * connection the engine runs a command again.
 */
export interface Command<Answer> {
  /** Commands of one key are decided in order of arrival. The organisation, so that a hot wallet stays on one lane. */
  readonly key: string;
  readonly wants: readonly Want[];
  /** Decides by the clock whether something has run out: on the database's own time, fetched under the locks, never from memory. */
  readonly underLocks?: boolean;
  /** Refuses before it changes anything: a refusal leaves every aggregate as it found it. */
  decide(desk: Desk): Answer | Refusal;
}

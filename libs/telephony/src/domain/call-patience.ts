import { addSeconds, secondsBetween } from '@holdfast/kernel';
import type { Call } from './call';

/** After the longest the provider lets a call last, this much more for its report to come. */
const SLACK_SECONDS = 300;
/** Vapi's own longest call: the most that `maxDurationSeconds` may say (OpenAPI, 2026-08-20), and what holds without one. */
export const LONGEST_CALL_SECONDS = 43_200;

/** Until then a call of which nobody can tell anything may still be running, or its report on the way. */
export function latestEndOf({
  startedAt,
  createdAt,
  capSeconds,
}: Pick<Call, 'startedAt' | 'createdAt' | 'capSeconds'>): Date {
  return addSeconds(startedAt ?? createdAt, (capSeconds ?? LONGEST_CALL_SECONDS) + SLACK_SECONDS);
}

/** Some calls stay in progress at the provider for ever after somebody hung up; none is really talked for so long. */
export function isZombie(call: Pick<Call, 'startedAt' | 'createdAt'>, now: Date): boolean {
  return now >= latestEndOf({ ...call, capSeconds: null });
}

/**
 * How long a call was talked by its own messages, where they told both ends; else null. Its limit at the most; an end told when it
 * could not run any more says nothing of when somebody hung up, and nonsense is charged to nobody.
 */
export function toldSeconds(call: Pick<Call, 'startedAt' | 'createdAt' | 'endedAt' | 'capSeconds'>): number | null {
  const { startedAt, endedAt, capSeconds } = call;
  if (startedAt === null || endedAt === null || endedAt < startedAt || endedAt > latestEndOf(call)) return null;
  return Math.min(secondsBetween(startedAt, endedAt), capSeconds ?? LONGEST_CALL_SECONDS);
}

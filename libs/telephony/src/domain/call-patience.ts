import { addSeconds, secondsBetween } from '@holdfast/kernel';
import type { Call } from './call';

/** After the longest the provider lets a call last, this much more for its report to come. */
const SLACK_SECONDS = 300;
/** Without a pushed cap, the provider's own longest call. */
const LONGEST_CALL_SECONDS = 43_200;

/** Until then a call of which nobody can tell anything may still be running, or its report on the way. */
export function latestEndOf({
  startedAt,
  createdAt,
  capSeconds,
}: Pick<Call, 'startedAt' | 'createdAt' | 'capSeconds'>): Date {
  return addSeconds(startedAt ?? createdAt, (capSeconds ?? LONGEST_CALL_SECONDS) + SLACK_SECONDS);
}

/** How long a call was talked by its own messages, where they told both ends; else null. */
export function toldSeconds({ startedAt, endedAt }: Pick<Call, 'startedAt' | 'endedAt'>): number | null {
  return startedAt !== null && endedAt !== null && endedAt >= startedAt ? secondsBetween(startedAt, endedAt) : null;
}

import { addSeconds } from '@holdfast/kernel';
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

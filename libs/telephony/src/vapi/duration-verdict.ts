import type { DurationDisagreement, DurationVerdict, UnusableDuration } from '../domain/duration-verdict';
import { fieldOf } from './json-field.reader';
import { readInstant } from './instant.reader';

/** `durationSeconds` and `endedAt - startedAt` of one call may differ by this much before an operator hears of it. */
export const TOLERATED_DISAGREEMENT_SECONDS = 2;

/**
 * Vapi itself ends a call after 43 200 s at the latest; one more hour is room for a forwarded leg. Longer is a mix-up of
 * units (42.007 s reported as 42007 still passes; 187.412 s as 187412 does not) or a report that nobody should be charged for.
 */
export const LONGEST_CREDIBLE_CALL_SECONDS = 43_200 + 3_600;

interface Figure {
  readonly level: number;
  readonly seconds: number;
}

/**
 * How long a call lasted, from everything the provider says about it.
 *
 * @param levels where to look, best first: the message, then its `call` (or the one record of GET /call).
 * @returns seconds (0 or more, fractions kept: pricing rounds) or the reason why nobody may be charged by this report.
 *
 * At each level `durationSeconds` (on the wire, in no SDK type) comes before `endedAt - startedAt`. Where both figures exist,
 * at whatever level, and differ by more than 2 s, the smaller is charged and the disagreement is handed on: Vapi has had days
 * of inflated durations (status.vapi.ai, 2025-03-27). A figure that is given but nonsense spoils the whole report.
 */
export function judgeDuration(levels: readonly unknown[]): DurationVerdict {
  const reported = reportedFigure(levels);
  if (typeof reported === 'string') return unusable(reported);
  const span = spanFigure(levels);
  if (typeof span === 'string') return unusable(span);
  if (reported === undefined && span === undefined) return unusable('missing');
  if (reported === undefined || span === undefined) return chargeable((reported ?? span)!.seconds);
  if (!disagree(reported.seconds, span.seconds)) {
    return chargeable(span.level < reported.level ? span.seconds : reported.seconds);
  }
  const flag = { kind: 'disagrees', reportedSeconds: reported.seconds, spanSeconds: span.seconds } as const;
  return chargeable(Math.min(reported.seconds, span.seconds), flag);
}

function reportedFigure(levels: readonly unknown[]): Figure | UnusableDuration | undefined {
  const level = levels.findIndex((each) => fieldOf(each, 'durationSeconds') !== undefined);
  if (level < 0) return undefined;
  const seconds = fieldOf(levels[level], 'durationSeconds');
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return 'not_a_number';
  return seconds < 0 ? 'negative' : { level, seconds: seconds + 0 }; // + 0 turns -0 into 0
}

function spanFigure(levels: readonly unknown[]): Figure | UnusableDuration | undefined {
  const level = levelOfTimes(levels);
  const [startedAt, endedAt] = timesOfCall(levels);
  if (startedAt === undefined || endedAt === undefined) return undefined;
  const from = readInstant(startedAt);
  const to = readInstant(endedAt);
  if (from === undefined || to === undefined) return 'unreadable_time';
  return to < from ? 'end_before_start' : { level, seconds: (to.getTime() - from.getTime()) / 1000 };
}

/**
 * `startedAt` and `endedAt` as given, unread: both from the first level that has both; where none has, each from the first
 * level that has it, because a start in `call` and an end in the message still are one call.
 */
export function timesOfCall(levels: readonly unknown[]): readonly [startedAt: unknown, endedAt: unknown] {
  const level = levelOfTimes(levels);
  const from = level < levels.length ? levels.slice(level) : levels;
  const first = (name: string) => from.map((each) => fieldOf(each, name)).find((value) => value !== undefined);
  return [first('startedAt'), first('endedAt')];
}

function levelOfTimes(levels: readonly unknown[]): number {
  const has = (each: unknown, name: string) => fieldOf(each, name) !== undefined;
  const level = levels.findIndex((each) => has(each, 'startedAt') && has(each, 'endedAt'));
  return level < 0 ? levels.length : level;
}

/** Compared in whole milliseconds: 4.001 - 2.001 is 2.0000000000000004 in doubles. */
function disagree(a: number, b: number): boolean {
  return Math.abs(Math.round(a * 1000) - Math.round(b * 1000)) > TOLERATED_DISAGREEMENT_SECONDS * 1000;
}

function chargeable(seconds: number, flag?: DurationDisagreement): DurationVerdict {
  if (seconds > LONGEST_CREDIBLE_CALL_SECONDS) return unusable('too_long');
  return flag === undefined ? { usable: true, seconds } : { usable: true, seconds, flag };
}

function unusable(reason: UnusableDuration): DurationVerdict {
  return { usable: false, reason };
}

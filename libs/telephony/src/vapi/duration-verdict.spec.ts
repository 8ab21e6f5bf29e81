import fc from 'fast-check';
import { judgeDuration, LONGEST_CREDIBLE_CALL_SECONDS, timesOfCall } from './duration-verdict';
import type { DurationVerdict } from '../domain/duration-verdict';

const START = '2026-09-14T15:00:00.000Z';
const at = (seconds: number) => new Date(Date.parse(START) + seconds * 1000).toISOString();
const times = (seconds: number) => ({ startedAt: START, endedAt: at(seconds) });
const seconds = (value: number): DurationVerdict => ({ usable: true, seconds: value });
const disputed = (value: number, reportedSeconds: number, spanSeconds: number): DurationVerdict => ({
  usable: true,
  seconds: value,
  flag: { kind: 'disagrees', reportedSeconds, spanSeconds },
});
const unusable = (reason: string) => ({ usable: false, reason });

type Example = [claim: string, message: unknown, call: unknown, verdict: unknown];

describe('the duration of a call', () => {
  test.each<Example>([
    ['is durationSeconds', { durationSeconds: 187.412 }, undefined, seconds(187.412)],
    ['is the time between start and end', times(42.007), undefined, seconds(42.007)],
    ['prefers durationSeconds when both agree', { durationSeconds: 59.9, ...times(61.2) }, undefined, seconds(59.9)],
    ['is found inside call', {}, { durationSeconds: 12 }, seconds(12)],
    ['is found in the times inside call', {}, times(12.5), seconds(12.5)],
    ['reads null as missing', { durationSeconds: null, startedAt: null, endedAt: null }, times(7), seconds(7)],
    ['prefers the message to its call', { durationSeconds: 30 }, { durationSeconds: 31 }, seconds(30)],
    ['prefers times of the message to a duration inside call', times(30), { durationSeconds: 31.5 }, seconds(30)],
    ['takes a start from call when the message has only the end', { endedAt: at(9) }, { startedAt: START }, seconds(9)],
    ['does not mix levels when one has both times', { endedAt: at(99) }, times(9), seconds(9)],
    ['may be nothing at all', { durationSeconds: 0 }, undefined, seconds(0)],
    ['never is minus zero', { durationSeconds: -0 }, undefined, seconds(0)],
    ['ignores durationMs and durationMinutes', { durationMs: 1000, durationMinutes: 1 }, {}, unusable('missing')],
    ['needs both times', { startedAt: START }, { startedAt: START }, unusable('missing')],
    ['is missing without a message', undefined, undefined, unusable('missing')],
    ['is missing in texts and lists', 'durationSeconds', [1], unusable('missing')],
  ])('%s', (_claim, message, call, verdict) => {
    expect(judgeDuration([message, call])).toEqual(verdict);
  });

  test.each<Example>([
    ['the reported one', { durationSeconds: 60, ...times(300) }, undefined, disputed(60, 60, 300)],
    ['the span', { durationSeconds: 300, ...times(60) }, undefined, disputed(60, 300, 60)],
    ['the span inside call', { durationSeconds: 300 }, times(60), disputed(60, 300, 60)],
    ['even when it is nothing', { durationSeconds: 0, ...times(180) }, undefined, disputed(0, 0, 180)],
    ['a day reported for a minute', { durationSeconds: 86_400, ...times(60) }, undefined, disputed(60, 86_400, 60)],
    ['2.001 s apart', { durationSeconds: 62.001, ...times(60) }, undefined, disputed(60, 62.001, 60)],
    ['exactly 2 s apart: no dispute', { durationSeconds: 62, ...times(60) }, undefined, seconds(62)],
    ['2 s apart in doubles: no dispute', { durationSeconds: 4.001, ...times(2.001) }, undefined, seconds(4.001)],
  ])('is the smaller of two that disagree, and says so: %s', (_claim, message, call, verdict) => {
    expect(judgeDuration([message, call])).toEqual(verdict);
  });

  test.each<Example>([
    ['negative', { durationSeconds: -1 }, undefined, unusable('negative')],
    ['negative beside good times', { durationSeconds: -1, ...times(60) }, undefined, unusable('negative')],
    ['a text', { durationSeconds: '187.412' }, undefined, unusable('not_a_number')],
    ['infinite', { durationSeconds: Infinity }, undefined, unusable('not_a_number')],
    ['not a number', { durationSeconds: NaN, ...times(60) }, undefined, unusable('not_a_number')],
    ['an object', { durationSeconds: {} }, { durationSeconds: 5 }, unusable('not_a_number')],
    ['ended before it started', { startedAt: at(1), endedAt: START }, undefined, unusable('end_before_start')],
    [
      'ended before it started, duration given',
      { durationSeconds: 5, startedAt: at(5), endedAt: START },
      undefined,
      unusable('end_before_start'),
    ],
    [
      'timed without a zone',
      { startedAt: '2026-09-14T15:00:00', endedAt: at(5) },
      undefined,
      unusable('unreadable_time'),
    ],
    ['timed in words', { startedAt: 'yesterday', endedAt: at(5) }, undefined, unusable('unreadable_time')],
    ['timed in epoch seconds', { startedAt: 1789398135, endedAt: 1789398322 }, undefined, unusable('unreadable_time')],
    ['in milliseconds', { durationSeconds: 187_412 }, undefined, unusable('too_long')],
    ['of days', { startedAt: START, endedAt: '2026-09-20T15:00:00.000Z' }, undefined, unusable('too_long')],
  ])('charges nobody when it is %s', (_claim, message, call, verdict) => {
    expect(judgeDuration([message, call])).toEqual(verdict);
  });

  it('is credible up to the named limit', () => {
    expect(judgeDuration([{ durationSeconds: LONGEST_CREDIBLE_CALL_SECONDS }])).toMatchObject({ usable: true });
    expect(judgeDuration([{ durationSeconds: LONGEST_CREDIBLE_CALL_SECONDS + 0.001 }])).toMatchObject({
      usable: false,
    });
  });

  it('never exceeds any figure that was given by more than the tolerance', () => {
    const figure = fc.integer({ min: 0, max: 43_200_000 }).map((ms) => ms / 1000);
    fc.assert(
      fc.property(figure, figure, (reported, span) => {
        const verdict = judgeDuration([{ durationSeconds: reported, ...times(span) }]);
        expect(verdict.usable).toBe(true);
        if (verdict.usable) expect(verdict.seconds).toBeLessThanOrEqual(Math.min(reported, span) + 2);
      }),
    );
  });

  it('is either usable with finite seconds or unusable with a reason, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.constantFrom('durationSeconds', 'startedAt', 'endedAt'), fc.anything())),
        (levels) => {
          const verdict = judgeDuration(levels);
          const sane = verdict.usable
            ? Number.isFinite(verdict.seconds) && verdict.seconds >= 0
            : verdict.reason !== undefined;
          expect(sane).toBe(true);
        },
      ),
    );
  });

  it('tells the times it was read from', () => {
    expect(timesOfCall([{ endedAt: 'b' }, { startedAt: 'a', endedAt: 'c' }])).toEqual(['a', 'c']);
    expect(timesOfCall([{ endedAt: 'b' }, { startedAt: 'a' }])).toEqual(['a', 'b']);
  });
});

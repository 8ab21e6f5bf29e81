import { toldSeconds } from './call-patience';

const STARTED = new Date('2026-11-23T12:00:00.000Z');
const after = (seconds: number): Date => new Date(STARTED.getTime() + seconds * 1_000);

describe('how long a call was talked by its own messages', () => {
  it.each<[string, Date | null, Date | null, number | null, number | null]>([
    ['is from its beginning to its end', STARTED, after(95.5), 600, 95.5],
    ['is its limit when the end was told a little later', STARTED, after(890), 600, 600],
    ['is not known when the end was told after it could not run any more', STARTED, after(901), 600, null],
    ['is twelve hours at the most when nobody knows its limit', STARTED, after(43_500), null, 43_200],
    ['is not known when it ended days after it began', STARTED, after(30 * 86_400), null, null],
    ['is not known without a beginning', null, after(95), 600, null],
    ['is not known without an end', STARTED, null, 600, null],
    ['is not known when it ended before it began', STARTED, after(-0.001), 600, null],
  ])('%s', (_, startedAt, endedAt, capSeconds, seconds) => {
    expect(toldSeconds({ startedAt, createdAt: STARTED, endedAt, capSeconds })).toBe(seconds);
  });
});

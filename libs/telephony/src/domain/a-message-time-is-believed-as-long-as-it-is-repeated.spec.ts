import fc from 'fast-check';
import { BELIEVED_AGE_SECONDS, momentOf } from './message-time';

const ARRIVED = new Date('2026-11-23T12:00:00.000Z');
const before = (seconds: number): Date => new Date(ARRIVED.getTime() - seconds * 1_000);

/** What gate-answer.ts asks Vapi for: 10 retries, from 10 s. */
const LAST_REPETITION_SECONDS = 10 * (2 ** 10 - 1);

describe('when something happened', () => {
  it.each<[string, Date | undefined, Date]>([
    ['is its arrival when the message does not say', undefined, ARRIVED],
    ['is what the message says', before(3), before(3)],
    ['is what the message says up to three hours before', before(BELIEVED_AGE_SECONDS), before(BELIEVED_AGE_SECONDS)],
    [
      'is what the message says when Vapi repeats it for the last time',
      before(LAST_REPETITION_SECONDS),
      before(LAST_REPETITION_SECONDS),
    ],
    ['is its arrival when the message is older than any repetition', before(BELIEVED_AGE_SECONDS + 0.001), ARRIVED],
    ['is its arrival when the message is from long ago', new Date('2024-07-01T00:00:00Z'), ARRIVED],
    ['is never after its arrival', before(-0.001), ARRIVED],
  ])('%s', (_, said, moment) => {
    expect(momentOf(said, ARRIVED)).toEqual(moment);
  });

  it('lies within three hours before its arrival, whatever a message says', () => {
    fc.assert(
      fc.property(fc.option(fc.date({ noInvalidDate: true }), { nil: undefined }), (said) => {
        const moment = momentOf(said, ARRIVED).getTime();
        return moment <= ARRIVED.getTime() && moment >= ARRIVED.getTime() - BELIEVED_AGE_SECONDS * 1_000;
      }),
    );
  });
});

import fc from 'fast-check';
import { BELIEVED_AGE_SECONDS, momentOf } from './message-time';

const NOW = new Date('2026-11-23T12:00:00.000Z');
const before = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000);

describe('when something happened', () => {
  it.each<[string, Date | undefined, Date]>([
    ['is now when the message does not say', undefined, NOW],
    ['is what the message says', before(3), before(3)],
    ['is what the message says up to an hour ago', before(BELIEVED_AGE_SECONDS), before(BELIEVED_AGE_SECONDS)],
    ['is now when the message is older: a delivery sent again must not make a call hours long', before(3_600.001), NOW],
    ['is now when the message is from long ago', new Date('2024-07-01T00:00:00Z'), NOW],
    ['is never in the future', before(-0.001), NOW],
  ])('%s', (_, said, moment) => {
    expect(momentOf(said, NOW)).toEqual(moment);
  });

  it('lies between an hour ago and now, whatever a message says', () => {
    fc.assert(
      fc.property(fc.option(fc.date({ noInvalidDate: true }), { nil: undefined }), (said) => {
        const moment = momentOf(said, NOW).getTime();
        return moment <= NOW.getTime() && moment >= NOW.getTime() - BELIEVED_AGE_SECONDS * 1_000;
      }),
    );
  });
});

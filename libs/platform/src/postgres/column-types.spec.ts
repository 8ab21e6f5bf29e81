import fc from 'fast-check';
import { types } from 'pg';
import { COLUMN_TYPES } from './column-types';

const { INT8, TIMESTAMPTZ } = types.builtins;
const read = COLUMN_TYPES.getTypeParser(TIMESTAMPTZ);
const driversOwn = types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => unknown;

/** As PostgreSQL writes it: microseconds, zeros at the end left out, no point without a fraction. */
function asPostgresWrites(date: Date, microseconds: number): string {
  const fraction = `${date.toISOString().slice(20, 23)}${String(microseconds).padStart(3, '0')}`.replace(/0+$/, '');
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}${fraction && `.${fraction}`}+00`;
}

describe('a timestamptz', () => {
  const moments = fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });

  it('is read to the millisecond, what is below is cut off', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 0, max: 999 }), (date, microseconds) => {
        expect(read(asPostgresWrites(date, microseconds))).toEqual(date);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    '2026-11-25 10:11:12+00',
    '2026-11-25 10:11:12.1+00',
    '2026-11-25 10:11:12.123456+00',
    '2026-11-25 10:11:12+02',
    '2026-11-25 10:11:12.5-03:30',
    '0044-03-15 12:00:00+00 BC',
    '0044-03-15 12:00:00+00',
    '10000-01-01 00:00:00+00',
    'infinity',
    '-infinity',
  ])('%s is what the driver makes of it', (text) => {
    expect(read(text)).toEqual(driversOwn(text));
  });
});

describe('a bigint', () => {
  it('is a number, or refused where a number could not be exact', () => {
    const whole = COLUMN_TYPES.getTypeParser(INT8);
    expect(whole('-9007199254740991')).toBe(Number.MIN_SAFE_INTEGER);
    expect(() => whole('9007199254740992')).toThrow(RangeError);
  });
});

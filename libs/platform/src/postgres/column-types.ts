import { types } from 'pg';

type Parser = (text: string) => unknown;

const driversMoment = types.getTypeParser(types.builtins.TIMESTAMPTZ, 'text') as Parser;
const ZERO = '0'.charCodeAt(0);

/** int8 as a number: every bigint column is guarded by a CHECK to ±(2^53 − 1), and the guard is repeated here. */
function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`a bigint column holds ${text}, outside ±(2^53 − 1)`);
  return value;
}

/** A moment as PostgreSQL writes it to a session in UTC: `2026-11-25 10:11:12.123456+00`, zeros at the end left out. */
const UTC_MOMENT = /^(?!00)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/;
const FRACTION_AT = 20;
const ZONE_LENGTH = 3;

/**
 * timestamptz, to the millisecond below. Every row has several: read by position it takes 0.2 µs, by the driver's own
 * parser 0.9, which still reads whatever is written differently (other zones, BC, infinity).
 */
function moment(text: string): unknown {
  if (!UTC_MOMENT.test(text)) return driversMoment(text);
  const end = text.length - ZONE_LENGTH;
  const digit = (at: number): number => (at < end ? text.charCodeAt(at) - ZERO : 0);
  const two = (at: number): number => digit(at) * 10 + digit(at + 1);
  const ms = two(FRACTION_AT) * 10 + digit(FRACTION_AT + 2);
  return new Date(Date.UTC(two(0) * 100 + two(2), two(5) - 1, two(8), two(11), two(14), two(17), ms));
}

const INT8 = types.builtins.INT8;
const NUMERIC = types.builtins.NUMERIC;
const TIMESTAMPTZ = types.builtins.TIMESTAMPTZ;

/** Handed to every connection of the engine, TypeORM's included, so that all read a column alike. */
export const COLUMN_TYPES = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): Parser {
    if (oid === INT8) return wholeNumber;
    if (oid === NUMERIC) return Number;
    if (oid === TIMESTAMPTZ) return moment;
    return types.getTypeParser(oid, format as 'text') as Parser;
  },
};

import { types } from 'pg';

/** int8 as a number: every bigint column is guarded by a CHECK to ±(2^53 − 1), and the guard is repeated here. */
function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`a bigint column holds ${text}, outside ±(2^53 − 1)`);
  return value;
}

const INT8 = types.builtins.INT8;
const NUMERIC = types.builtins.NUMERIC;

type Parser = (text: string) => unknown;

/** Handed to every connection of the engine, TypeORM's included, so that all read a column alike. */
export const COLUMN_TYPES = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): Parser {
    if (oid === INT8) return wholeNumber;
    if (oid === NUMERIC) return Number;
    return types.getTypeParser(oid, format as 'text') as Parser;
  },
};

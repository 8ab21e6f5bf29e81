import { createHash } from 'node:crypto';
import type { Country, NumberCriteria, NumberType } from '../application/number-provider.port';
import { DIALLING_CODE, nationalAreaCode } from './offered-numbers';

/** Numbers per country, type and area code: the last four digits count. */
export const NUMBERS_PER_AREA = 10_000;

/** Digits after the dialling code. */
const NATIONAL_LENGTH: Record<Country, number> = { US: 10, CA: 10, GB: 10, AU: 9 };

/**
 * What stands between area code and counter, repeated to length. With the default area codes most of these fall into
 * ranges kept for fiction (555, 01632 960). The sandbox never dials, so that is courtesy, not a promise.
 */
const FILLER: Record<Country, string> = { US: '555555', CA: '555555', GB: '960960', AU: '555555' };

const DEFAULT_AREA: Record<Country, Record<NumberType, string>> = {
  US: { local: '212', toll_free: '800', mobile: '' },
  CA: { local: '416', toll_free: '800', mobile: '' },
  GB: { local: '1632', toll_free: '808', mobile: '7700' },
  AU: { local: '2', toll_free: '1800', mobile: '491' },
};

/** The n-th number of a country, type and area code, 0 ≤ n < `NUMBERS_PER_AREA`. Always the same one. */
export function sandboxNumber({ country, numberType, areaCode }: NumberCriteria, n: number): string {
  const area = nationalAreaCode(areaCode ?? DEFAULT_AREA[country][numberType]);
  const counter = String(n).padStart(4, '0');
  const fill = FILLER[country].slice(0, NATIONAL_LENGTH[country] - area.length - counter.length);
  return `+${DIALLING_CODE[country]}${area}${fill}${counter}`;
}

/** Where an intent starts to look for a free number: always the same place, and rarely that of another intent. */
export function startingPlaceOf(intentId: string): number {
  return createHash('sha256').update(intentId).digest().readUInt32BE(0) % NUMBERS_PER_AREA;
}

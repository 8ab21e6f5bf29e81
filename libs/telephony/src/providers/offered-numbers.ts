import type { Country, NumberCriteria, NumberType, ProviderRefusal } from '../application/number-provider.port';
import { refused } from './provider-outcome';

/** What exists at all. North America has no mobile range of its own: mobiles share the local area codes. */
const EXISTING: Record<Country, readonly NumberType[]> = {
  US: ['local', 'toll_free'],
  CA: ['local', 'toll_free'],
  GB: ['local', 'toll_free', 'mobile'],
  AU: ['local', 'toll_free', 'mobile'],
};

export const DIALLING_CODE: Record<Country, string> = { US: '1', CA: '1', GB: '44', AU: '61' };

/** North American area codes are three digits and start with 2–9. British ones (020, 01632) reach five digits. */
const AREA_CODE: Record<Country, RegExp> = {
  US: /^[2-9]\d{2}$/,
  CA: /^[2-9]\d{2}$/,
  GB: /^\d{2,5}$/,
  AU: /^\d{1,4}$/,
};

/** Area code as it stands inside an E.164 number: without the 0 that is only dialled inside the country. */
export function nationalAreaCode(areaCode: string): string {
  return areaCode.replace(/^0+/, '');
}

/** E.164: a plus, then 8 to 15 digits. A number that an API has masked (`+165****8621`) does not pass. */
export function isE164(value: unknown): value is string {
  return typeof value === 'string' && /^\+[1-9]\d{7,14}$/.test(value);
}

/** Refuses what no provider could deliver. */
export function refusalOfCriteria({ country, numberType, areaCode }: NumberCriteria): ProviderRefusal | null {
  if (!EXISTING[country]) return refused('not_offered', `No numbers are sold in ${country}`);
  if (!EXISTING[country].includes(numberType)) {
    return refused('not_offered', `${country} has no ${numberType} numbers; it has ${EXISTING[country].join(', ')}`);
  }
  if (areaCode !== undefined && !AREA_CODE[country].test(nationalAreaCode(areaCode))) {
    return refused('not_offered', `${JSON.stringify(areaCode)} is not an area code of ${country}`);
  }
  return null;
}

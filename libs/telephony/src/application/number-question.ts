import type { PhoneNumberState } from '../domain/phone-number';
import type { NumberCriteria, ProviderUnknown, Purchase } from './number-provider.port';

/** An adapter that throws has not said what happened. */
export async function asked<T>(question: () => Promise<T>): Promise<T | ProviderUnknown> {
  try {
    return await question();
  } catch (fault) {
    return { kind: 'unknown', detail: String(fault) };
  }
}

export function criteriaOf({ country, numberType, areaCode }: PhoneNumberState): NumberCriteria {
  const kind = { country, numberType } as NumberCriteria;
  return areaCode === null ? kind : { ...kind, areaCode };
}

export function purchaseOf({ id, phoneNumber, providerRef, vapiPhoneId }: PhoneNumberState): Purchase {
  return { intentId: id, phoneNumber, providerRef, vapiPhoneId };
}

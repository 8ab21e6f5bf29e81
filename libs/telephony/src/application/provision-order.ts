import { isRefusal, newId, Refusal, type Pence } from '@holdfast/kernel';
import { deductAsset, fingerprintOf } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import { PhoneNumber, type PhoneNumberState } from '../domain/phone-number';
import type { Direction } from '../domain/phone-number-status';
import type { NumberCriteria, ProviderKind } from './number-provider.port';
import { NUMBERS } from './numbers.shelf';

export interface NumberRequest extends NumberCriteria {
  readonly orgId: string;
  readonly direction: Direction;
  readonly assistantId?: string;
  readonly idempotencyKey: string;
  readonly createdBy: string;
}

export interface NumberOrdered {
  readonly number: PhoneNumberState;
  /** True when the key had ordered this number before: nothing was charged again. */
  readonly replayed: boolean;
}

/** What was asked for. Not its price: a repeat after a change of prices is still the same request. */
export function fingerprintOfOrder({
  orgId,
  country,
  numberType,
  areaCode,
  direction,
  assistantId,
}: NumberRequest): string {
  return fingerprintOf('provision-number', [orgId, country, numberType, areaCode, direction, assistantId]);
}

export function keyReused(): Refusal {
  return new Refusal('idempotency_key_reused', 'This Idempotency-Key was used for a different request.');
}

/** The order and its charge, in one atom under one key. */
export function orderNumber(request: NumberRequest, costPence: Pence, provider: ProviderKind): Command<NumberOrdered> {
  const { orgId, country, numberType, areaCode, idempotencyKey } = request;
  const id = newId(); // once per request: after a lost connection the request knows its own row again
  const requestFingerprint = fingerprintOfOrder(request);
  const charge = deductAsset({
    orgId,
    assetType: 'phone_number',
    costPence,
    description: `${country} ${numberType} number${areaCode === undefined ? '' : `, area code ${areaCode}`}`,
    idempotencyKey,
    createdBy: request.createdBy,
  });
  return {
    key: orgId,
    wants: [...charge.wants, want(NUMBERS, { orgId, key: idempotencyKey })],
    decide(desk) {
      const numbers = desk.on(NUMBERS);
      const earlier = numbers.findByKey(orgId, idempotencyKey)?.state;
      if (earlier && earlier.requestFingerprint !== requestFingerprint) return keyReused();
      if (earlier) return { number: earlier, replayed: earlier.id !== id };

      const charged = charge.decide(desk);
      if (isRefusal(charged)) return charged;
      if (charged.replayed) return keyReused(); // it paid for something that is not this order
      const number = PhoneNumber.order(
        {
          id,
          orgId,
          country,
          numberType,
          areaCode: areaCode ?? null,
          direction: request.direction,
          assistantId: request.assistantId ?? null,
          costPence,
          chargeId: charged.transactionId,
          idempotencyKey,
          requestFingerprint,
          createdBy: request.createdBy,
          provider,
        },
        desk.now,
      );
      numbers.add(number);
      return { number: number.state, replayed: false };
    },
  };
}

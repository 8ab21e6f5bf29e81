import { Shelf } from '@holdfast/platform';
import type { PhoneNumber } from '../domain/phone-number';

/** A number by its id, by the key it was ordered with, or the live one that has an id at Vapi. */
export type NumberNeed =
  { readonly id: string } | { readonly orgId: string; readonly key: string } | { readonly vapiPhoneId: string };

/** Numbers fetched for a batch, and those ordered in it. */
export class NumbersOnDesk {
  private readonly byId = new Map<string, PhoneNumber>();
  private readonly idByKey = new Map<string, string>();

  find(id: string): PhoneNumber | undefined {
    return this.byId.get(id);
  }

  findByKey(orgId: string, key: string): PhoneNumber | undefined {
    return this.byId.get(this.idByKey.get(`${orgId} ${key}`) ?? '');
  }

  /** Who stands under this id at Vapi now. */
  holderOf(vapiPhoneId: string): PhoneNumber | undefined {
    return this.all().find(({ state }) => state.vapiPhoneId === vapiPhoneId && state.status === 'active');
  }

  add(number: PhoneNumber): void {
    const { id, orgId, idempotencyKey } = number.state;
    this.byId.set(id, number);
    if (idempotencyKey !== null) this.idByKey.set(`${orgId} ${idempotencyKey}`, id);
  }

  all(): PhoneNumber[] {
    return [...this.byId.values()];
  }
}

export const NUMBERS = new Shelf<NumberNeed, NumbersOnDesk>('phone numbers', 'read');

import type { Pence } from '@holdfast/kernel';
import type { Country, NumberType } from './number-provider.port';

/** What a number costs where the operator has set nothing. */
export const DEFAULT_NUMBER_PRICE_PENCE: Pence = 1_000;
/** 10 million pounds: a typing error, not a price. */
export const MAX_NUMBER_PRICE_PENCE: Pence = 1_000_000_000;

export interface NumberPrice {
  readonly country: Country;
  readonly numberType: NumberType;
  readonly pricePence: Pence;
}

export interface ListedPrice extends NumberPrice {
  /** Null: the default, nobody has set it. */
  readonly updatedAt: Date | null;
}

/** Prices of numbers, the same for every tenant, in pence of the tenant's currency. */
export abstract class PriceList {
  /** The price now: who asks pays it, whatever it becomes later. */
  abstract priceOf(country: Country, numberType: NumberType): Promise<Pence>;
  abstract all(): Promise<ListedPrice[]>;
  /** Sets those given, all or none. A repeat sets the same again. */
  abstract set(prices: readonly NumberPrice[], updatedBy: string): Promise<void>;
}

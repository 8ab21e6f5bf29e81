import { Inject, Injectable } from '@nestjs/common';
import type { Pence, Refusal } from '@holdfast/kernel';
import { notBought, type FailureReason } from './number-failure';
import type { AvailableNumber, NumberCriteria, NumberProvider, ProviderKind } from './number-provider.port';
import { NUMBER_PROVIDER } from './number-provider.token';
import { PriceList } from './price-list.port';

export interface NumberForSale extends AvailableNumber {
  readonly pricePence: Pence;
}

/** Vapi cannot be searched: asking for a number buys it. */
const CAN_BE_SEARCHED: Readonly<Record<ProviderKind, boolean>> = { sandbox: true, twilio: true, vapi: false };

/** What the provider has for sale. Moves no money. */
@Injectable()
export class NumberSearch {
  constructor(
    @Inject(NUMBER_PROVIDER) private readonly provider: NumberProvider,
    private readonly prices: PriceList,
  ) {}

  /** Refuses what is never offered; an empty list means none are left. */
  async available(criteria: NumberCriteria, limit: number): Promise<NumberForSale[] | Refusal> {
    const found = await this.found(criteria, limit);
    if (!Array.isArray(found)) return notBought(found);
    const pricePence = await this.prices.priceOf(criteria.country, criteria.numberType);
    return found.map((number) => ({ ...number, pricePence }));
  }

  /** Asked before money moves. A provider that doesn't answer a question will hardly sell: better to say so now. */
  async canBeSold(criteria: NumberCriteria): Promise<true | FailureReason> {
    const never = this.provider.refusalFor(criteria);
    if (never) return never.reason;
    if (!CAN_BE_SEARCHED[this.provider.kind]) return true;
    const found = await this.found(criteria, 1);
    if (!Array.isArray(found)) return found;
    return found.length > 0 ? true : 'no_number_in_area_code';
  }

  private async found(criteria: NumberCriteria, limit: number): Promise<AvailableNumber[] | FailureReason> {
    const outcome = await this.provider.search(criteria, limit);
    if (outcome.kind === 'found') return outcome.numbers;
    return outcome.kind === 'refused' ? outcome.reason : 'provider_unreachable';
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { isRefusal, type Refusal } from '@holdfast/kernel';
import { UnitOfWork } from '@holdfast/platform';
import type { PhoneNumberState } from '../domain/phone-number';
import { notBought } from './number-failure';
import type { NumberCriteria, NumberProvider } from './number-provider.port';
import { NUMBER_PROVIDER } from './number-provider.token';
import { NumberReader } from './number-reader.port';
import { NumberSaga } from './number-saga';
import { reached } from './number-saga-moments';
import { NumberSearch } from './number-search';
import { PriceList } from './price-list.port';
import { fingerprintOfOrder, keyReused, orderNumber, type NumberOrdered, type NumberRequest } from './provision-order';
import { answerInTime } from './number-answer-time';

/** Buys numbers for tenants: money and order in one atom, the provider afterwards. */
@Injectable()
export class ProvisionNumber {
  constructor(
    private readonly work: UnitOfWork,
    private readonly numbers: NumberReader,
    private readonly prices: PriceList,
    private readonly search: NumberSearch,
    private readonly saga: NumberSaga,
    @Inject(NUMBER_PROVIDER) private readonly provider: NumberProvider,
  ) {}

  /**
   * Refusals: what the provider certainly does not sell (nothing charged), organization_not_found,
   * insufficient_balance, idempotency_key_reused. Otherwise the number as it stands: a repeat with the same key answers
   * the present state of the first order and buys nothing.
   */
  async provision(request: NumberRequest): Promise<NumberOrdered | Refusal> {
    const earlier = await this.orderedBefore(request);
    if (earlier) return earlier;
    const hindrance = await this.whyNotForSale(request);
    // A twin may have been served with the last number there was.
    if (hindrance) return (await this.orderedBefore(request)) ?? hindrance;
    reached('searched', '');

    const costPence = await this.prices.priceOf(request.country, request.numberType);
    const ordered = await this.work.execute(orderNumber(request, costPence, this.provider.kind));
    if (isRefusal(ordered) || ordered.replayed) return ordered;
    reached('charged', ordered.number.id);
    return { number: await this.driven(ordered.number), replayed: false };
  }

  private async orderedBefore(request: NumberRequest): Promise<NumberOrdered | Refusal | null> {
    const number = await this.numbers.byKey(request.orgId, request.idempotencyKey);
    if (!number) return null;
    return number.requestFingerprint === fingerprintOfOrder(request) ? { number, replayed: true } : keyReused();
  }

  private async whyNotForSale(criteria: NumberCriteria): Promise<Refusal | null> {
    const found = await this.search.canBeSold(criteria);
    return found === true ? null : notBought(found);
  }

  private async driven(number: PhoneNumberState): Promise<PhoneNumberState> {
    const driven = await answerInTime(this.saga.drive(number));
    return driven ?? (await this.numbers.byId(number.id)) ?? number;
  }
}

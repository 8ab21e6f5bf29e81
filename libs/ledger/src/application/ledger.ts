import { Inject, Injectable, Optional } from '@nestjs/common';
import { isRefusal, type Pence, type Refusal } from '@holdfast/kernel';
import { UnitOfWork } from '@holdfast/platform';
import { addCredits, type AddCredits, type CreditsAdded } from './add-credits';
import { changeDebtLimit } from './change-debt-limit';
import { CREDIT_LISTENER, type CreditListener } from './credit-listener.port';
import { deductAsset, type AssetDeducted, type DeductAsset } from './deduct-asset';
import { orderStillOpen } from './not-refunded';
import { OPEN_ORDERS, type OpenOrders } from './open-orders.port';

/** The ledger's application service: every change of a wallet that is not about a call. Atomic and idempotent. */
@Injectable()
export class Ledger {
  constructor(
    private readonly work: UnitOfWork,
    @Optional() @Inject(CREDIT_LISTENER) private readonly listener: CreditListener | null = null,
    @Optional() @Inject(OPEN_ORDERS) private readonly openOrders: OpenOrders | null = null,
  ) {}

  /** Refusals: organization_not_found, insufficient_balance, idempotency_key_reused. A repeat changes nothing. */
  deductAsset(request: DeductAsset): Promise<AssetDeducted | Refusal> {
    return this.work.execute(deductAsset(request));
  }

  /**
   * Refusals: as above, amount_out_of_range, and invalid_request for a refund of a charge whose order is still open. A
   * repeat changes nothing.
   */
  async addCredits(request: AddCredits): Promise<CreditsAdded | Refusal> {
    const { orgId, refundOf } = request;
    // Asked without a lock: order and charge are born together, and an order that has ended gives nothing back any more.
    const howToEnd = refundOf && (await this.openOrders?.howToEnd(orgId, refundOf.transactionId));
    if (howToEnd) return orderStillOpen(howToEnd);
    const added = await this.work.execute(addCredits(request));
    if (!isRefusal(added) && !added.replayed) this.listener?.creditAdded(request.orgId);
    return added;
  }

  /** Refusals: organization_not_found, debt_limit_in_use. A repeat sets the same again. */
  changeDebtLimit(orgId: string, debtLimitPence: Pence): Promise<{ debtLimitPence: Pence } | Refusal> {
    return this.work.execute(changeDebtLimit(orgId, debtLimitPence));
  }
}

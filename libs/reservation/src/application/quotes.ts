import { Injectable } from '@nestjs/common';
import { isRefusal, priceOf, rateToE4, secondsFor, type Pence, type Refusal } from '@holdfast/kernel';
import { JournalReader, organizationNotFound, Organizations } from '@holdfast/ledger';

export interface Quote {
  readonly seconds: number;
  readonly costPence: Pence;
  readonly affordable: boolean;
  readonly affordableSeconds: number;
}

/** What a call would cost now, and whether the wallet could pay. Promises nothing: a reservation does. */
@Injectable()
export class Quotes {
  constructor(
    private readonly organizations: Organizations,
    private readonly journal: JournalReader,
  ) {}

  async quote(orgId: string, seconds: number): Promise<Quote | Refusal> {
    const organization = await this.organizations.get(orgId);
    if (isRefusal(organization)) return organization;
    const wallet = await this.journal.wallet(orgId);
    if (!wallet) return organizationNotFound();
    const { pencePerMinute, ...card } = organization.rateCard;
    const rateCard = { ...card, id: '', pencePerMinuteE4: rateToE4(pencePerMinute) as number };
    const spendable = wallet.effectiveBalancePence + wallet.debtLimitPence;
    const { costPence } = priceOf(rateCard, seconds);
    return {
      seconds,
      costPence,
      affordable: costPence <= spendable,
      affordableSeconds: secondsFor(rateCard, spendable),
    };
  }
}

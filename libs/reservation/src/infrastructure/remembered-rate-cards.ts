import type { RateCard } from '@holdfast/kernel';
import { BoundedMemory } from '@holdfast/platform';
import type { HoldRow, RateCardRow } from './reservation.sql';
import { toRateCard } from './reservation-rows';

/** Some 300 bytes each. */
const MOST_CARDS = 16_384;

type ReadCards = (orgIds: readonly string[]) => Promise<readonly RateCardRow[]>;

/**
 * Tariffs never change (trigger `rate_cards_are_immutable`), so one that was read once is not read again with every hold,
 * and holds share it. Fetching it with each hold was a tenth of a status check in PostgreSQL.
 */
export class RememberedRateCards {
  private readonly byId = new BoundedMemory<string, { readonly orgId: string; readonly rateCard: RateCard }>(
    MOST_CARDS,
  );

  /** The tariff that a hold was opened with; undefined if it was not learned, or is another organisation's. */
  of({ org_id: orgId, rate_card_id: id }: HoldRow): RateCard | undefined {
    const known = this.byId.get(id);
    return known?.orgId === orgId ? known.rateCard : undefined;
  }

  /** Has `read` look up those that are not known yet: none, but for the first hold of a tariff. */
  async learn(holds: readonly HoldRow[], read: ReadCards): Promise<void> {
    const unknown = new Set<string>();
    for (const hold of holds) if (!this.byId.get(hold.rate_card_id)) unknown.add(hold.org_id);
    if (unknown.size === 0) return;
    for (const row of await read([...unknown])) {
      this.byId.set(row.rate_card_id, { orgId: row.org_id, rateCard: toRateCard(row) });
    }
  }
}

import type { RateCard } from '@holdfast/kernel';
import { BoundedMemory } from '@holdfast/platform';
import type { HoldRow, RateCardRow } from './reservation.sql';
import { toRateCard } from './reservation-rows';

/** Some 300 bytes each. */
const MOST_CARDS = 16_384;

type NamedCard = Pick<HoldRow, 'org_id' | 'rate_card_id'>;
type ReadCards = (orgIds: readonly string[], ids: readonly string[]) => Promise<readonly RateCardRow[]>;

/**
 * Tariffs never change (trigger `rate_cards_are_immutable`), so one that was read once is not read again with every hold,
 * and holds share it. Fetching it with each hold was a tenth of a status check in PostgreSQL.
 */
export class RememberedRateCards {
  private readonly byId = new BoundedMemory<string, { readonly orgId: string; readonly rateCard: RateCard }>(
    MOST_CARDS,
  );

  /**
   * The tariffs that these holds were opened with, in their order. Has `read` look up those that are not known: none, but for
   * the first hold of a tariff. Answers from what it has just read, however many that is, not from what it could keep of it.
   * @throws Error when a hold names a tariff that its organisation does not have: it must never be taken for absent.
   */
  async of(holds: readonly NamedCard[], read: ReadCards): Promise<RateCard[]> {
    const unknown = new Map<string, NamedCard>();
    for (const hold of holds) if (!this.known(hold)) unknown.set(hold.rate_card_id, hold);
    const wanted = [...unknown.values()];
    const rows = wanted.length === 0 ? [] : await read(wanted.map(orgIdOf), wanted.map(cardIdOf));
    const learned = new Map(rows.map((row) => [row.rate_card_id, { orgId: row.org_id, rateCard: toRateCard(row) }]));
    const cards = holds.map((hold) => {
      const learnt = learned.get(hold.rate_card_id);
      const card = learnt?.orgId === hold.org_id ? learnt.rateCard : this.known(hold);
      if (!card) throw new Error(`tariff ${hold.rate_card_id} of a hold is none of organization ${hold.org_id}`);
      return card;
    });
    for (const [id, card] of learned) this.byId.set(id, card);
    return cards;
  }

  known({ org_id: orgId, rate_card_id: id }: NamedCard): RateCard | undefined {
    const known = this.byId.get(id);
    return known?.orgId === orgId ? known.rateCard : undefined;
  }
}

function orgIdOf(hold: NamedCard): string {
  return hold.org_id;
}

function cardIdOf(hold: NamedCard): string {
  return hold.rate_card_id;
}

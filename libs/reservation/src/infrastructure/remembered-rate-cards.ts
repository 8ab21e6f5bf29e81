import type { RateCard } from '@holdfast/kernel';
import { BoundedMemory } from '@holdfast/platform';
import { nameOfCard, type HoldRow, type RateCardRow } from './reservation.sql';
import { toRateCard } from './reservation-rows';

/** Some 300 bytes each. */
const MOST_CARDS = 16_384;

type NamedCard = Pick<HoldRow, 'org_id' | 'rate_card_id'>;
/** By their names ({@link nameOfCard}). */
type ReadCards = (names: readonly string[]) => Promise<readonly RateCardRow[]>;

/**
 * Tariffs never change (trigger `rate_cards_are_immutable`), so one that was read once is not read again with every hold,
 * and holds share it. Fetching it with each hold was a tenth of a status check in PostgreSQL.
 */
export class RememberedRateCards {
  private readonly byName = new BoundedMemory<string, RateCard>(MOST_CARDS);

  /**
   * The tariffs that these holds were opened with, in their order. Has `read` look up those that are not known: none, but for
   * the first hold of a tariff. Answers from what it has just read, however many that is, not from what it could keep of it.
   * @throws Error when a hold names a tariff that its organisation does not have: it must never be taken for absent.
   */
  async of(holds: readonly NamedCard[], read: ReadCards): Promise<RateCard[]> {
    const unknown = new Set(holds.filter((hold) => !this.known(hold)).map(nameOfCard));
    const rows = unknown.size === 0 ? [] : await read([...unknown]);
    const learned = new Map(rows.map((row) => [nameOfCard(row), toRateCard(row)]));
    const cards = holds.map((hold) => {
      const card = learned.get(nameOfCard(hold)) ?? this.known(hold);
      if (!card) throw new Error(`tariff ${hold.rate_card_id} of a hold is none of organization ${hold.org_id}`);
      return card;
    });
    for (const [name, card] of learned) this.byName.set(name, card);
    return cards;
  }

  known(hold: NamedCard): RateCard | undefined {
    return this.byName.get(nameOfCard(hold));
  }
}

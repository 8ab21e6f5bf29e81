import type { Connection, ShelfMemory, ShelfStore } from '@holdfast/platform';
import { ArrearsBook, type ArrearsNeed } from '../application/arrears.shelf';
import { Arrears } from '../domain/arrears';
import { COLLECT_ARREARS, FIND_OPEN_ARREARS, INSERT_ARREARS } from './arrears.sql';
import type { WalletMemory } from './wallet-memory';

export class ArrearsStore implements ShelfStore<ArrearsNeed, ArrearsBook> {
  readonly memory: ShelfMemory<ArrearsNeed, ArrearsBook>;

  constructor(memory: WalletMemory) {
    this.memory = new RememberedArrears(memory);
  }

  async load(connection: Connection, needs: readonly ArrearsNeed[]): Promise<ArrearsBook> {
    const book = new ArrearsBook();
    const credited = [...new Set(needs.filter((n) => n.collect).map((n) => n.orgId))];
    if (credited.length === 0) return book;
    for (const row of await connection.send(FIND_OPEN_ARREARS, [credited])) {
      book.fetched(
        new Arrears(
          row.id,
          row.org_id,
          row.call_id,
          row.vapi_call_id,
          row.amount_pence,
          row.collected_pence,
          row.created_at,
        ),
      );
    }
    return book;
  }

  store(connection: Connection, book: ArrearsBook): readonly Promise<unknown>[] {
    const sent: Promise<unknown>[] = [];
    const { arisen, collected } = book;
    if (arisen.length > 0) {
      sent.push(
        connection.send(INSERT_ARREARS, [
          arisen.map((a) => a.id),
          arisen.map((a) => a.orgId),
          arisen.map((a) => a.callId),
          arisen.map((a) => a.vapiCallId),
          arisen.map((a) => a.amountPence),
          arisen.map((a) => a.collectedPence),
          arisen.map((a) => a.createdAt),
        ]),
      );
    }
    if (collected.length > 0) {
      sent.push(
        connection.send(COLLECT_ARREARS, [
          collected.length,
          collected.map(({ arrears }) => arrears.id),
          collected.map(({ before }) => before),
          collected.map(({ arrears }) => arrears.collectedPence),
        ]),
      );
    }
    return sent;
  }
}

/** Only that there are none, which the wallet says: what is owed is fetched. */
class RememberedArrears implements ShelfMemory<ArrearsNeed, ArrearsBook> {
  constructor(private readonly memory: WalletMemory) {}

  knows({ orgId, collect }: ArrearsNeed): boolean {
    return !collect || this.memory.wallet(orgId)?.arrearsPence === 0;
  }

  recall(): ArrearsBook {
    return new ArrearsBook();
  }

  /** By the wallet, whose arrears are part of its guard. */
  proves(): boolean {
    return true;
  }
}

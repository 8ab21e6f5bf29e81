import { PooledVariant } from '../baselines/pooled-variant';
import { CHARGE_PENCE, nextKey, type ChargeWorld } from './charge-shape';

interface Answer {
  readonly answer: { readonly success: boolean; readonly error?: string };
}

/** One PL/pgSQL function per charge, called as a named prepared statement: one round trip, one transaction. */
export class StoredFunctionCharges extends PooledVariant {
  readonly name = 'stored function';

  constructor(private readonly world: ChargeWorld) {
    super(world.url);
  }

  async operate(): Promise<void> {
    const { rows } = await this.pool.query<Answer>({
      name: 'deduct_asset',
      text: 'select baseline.deduct_asset($1::uuid, $2::bigint, $3, $4, $5) as answer',
      values: [this.world.nextWallet(), CHARGE_PENCE, 'phone_number', '+14155550142', nextKey()],
    });
    const answer = rows[0]?.answer;
    if (!answer?.success) throw new Error(`the stored function refused: ${answer?.error}`);
    this.world.baselineSums.charged(CHARGE_PENCE);
  }

  verify(): Promise<void> {
    return this.world.baselineSums.verify(this.world.admin);
  }
}

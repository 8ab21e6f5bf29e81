import { PooledVariant } from '../baselines/pooled-variant';
import { CHARGE_PENCE, type ChargeWorld } from './charge-shape';

/** As pgbench does: one update and one insert per transaction, no rules, no repeat recognised. What PostgreSQL can do. */
export class FloorCharges extends PooledVariant {
  readonly name = 'floor (no rules)';

  constructor(private readonly world: ChargeWorld) {
    super(world.url);
  }

  async operate(): Promise<void> {
    await this.pool.query({
      name: 'floor',
      text: `with charged as (
          update baseline.wallets set balance_pence = balance_pence - $2::bigint where org_id = $1::uuid
          returning org_id, balance_pence)
        insert into baseline.credit_transactions (org_id, type, amount_pence, balance_before_pence, balance_after_pence)
        select org_id, 'phone_number', $2::bigint, balance_pence + $2::bigint, balance_pence from charged`,
      values: [this.world.nextWallet(), CHARGE_PENCE],
    });
    this.world.baselineSums.charged(CHARGE_PENCE);
  }

  verify(): Promise<void> {
    return this.world.baselineSums.verify(this.world.admin);
  }
}

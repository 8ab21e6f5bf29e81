import { DataSource } from 'typeorm';
import { BaselineTransaction, BaselineWallet } from '../baselines/baseline.entities';
import type { Variant } from '../measure/variant';
import { CHARGE_PENCE, nextKey, type ChargeWorld } from './charge-shape';

/**
 * A TypeORM transaction: lock the row, decide, update, insert; a repeat shows as a violation of the unique key.
 * `update` and `insert` rather than `save`, which would read the row once more.
 */
export class RowLockCharges implements Variant {
  readonly name = 'row lock';
  readonly poolSizes = [4, 8, 16, 32];
  private database: DataSource | undefined;

  constructor(private readonly world: ChargeWorld) {}

  async usePool(size: number): Promise<void> {
    await this.database?.destroy();
    this.database = new DataSource({
      type: 'postgres',
      url: this.world.url,
      entities: [BaselineWallet, BaselineTransaction],
      extra: { max: size, keepAlive: true },
      poolErrorHandler: () => undefined,
    });
    await this.database.initialize();
  }

  async operate(): Promise<void> {
    const orgId = this.world.nextWallet();
    const idempotencyKey = nextKey();
    await (this.database as DataSource).transaction(async (work) => {
      const wallet = await work.findOneOrFail(BaselineWallet, {
        where: { orgId },
        lock: { mode: 'pessimistic_write' },
      });
      const before = Number(wallet.balancePence);
      if (before - Number(wallet.heldPence) < CHARGE_PENCE) throw new Error('insufficient_balance');
      const after = before - CHARGE_PENCE;
      await work.update(BaselineWallet, { orgId }, { balancePence: String(after) });
      await work.insert(BaselineTransaction, {
        orgId,
        type: 'phone_number',
        amountPence: String(CHARGE_PENCE),
        balanceBeforePence: String(before),
        balanceAfterPence: String(after),
        description: '+14155550142',
        idempotencyKey,
      });
    });
    this.world.baselineSums.charged(CHARGE_PENCE);
  }

  verify(): Promise<void> {
    return this.world.baselineSums.verify(this.world.admin);
  }

  async close(): Promise<void> {
    await this.database?.destroy();
  }
}

import { isRefusal } from '@holdfast/kernel';
import { Ledger, LedgerModule } from '@holdfast/ledger';
import { UnitOfWork } from '@holdfast/platform';
import { assertWalletsAddUp } from '../database/wallets-add-up';
import type { Variant } from '../measure/variant';
import { CHARGE_PENCE, nextKey, type ChargeWorld } from './charge-shape';

/** The engine as the application wires it, less HTTP: the Ledger service on one unit of work. */
export class HoldfastCharges implements Variant {
  readonly name = 'holdfast';
  private readonly work: UnitOfWork;
  private readonly ledger: Ledger;
  private chargedPence = 0;

  constructor(
    private readonly world: ChargeWorld,
    private readonly chargedBefore: () => number,
  ) {
    this.work = new UnitOfWork({ databaseUrl: world.url, timeScale: 1 });
    new LedgerModule(this.work);
    this.ledger = new Ledger(this.work);
  }

  get charged(): number {
    return this.chargedPence;
  }

  async operate(): Promise<void> {
    const answer = await this.ledger.deductAsset({
      orgId: this.world.nextWallet(),
      assetType: 'phone_number',
      costPence: CHARGE_PENCE,
      description: '+14155550142',
      idempotencyKey: nextKey(),
      createdBy: 'bench',
    });
    if (isRefusal(answer)) throw new Error(`holdfast refused: ${answer.code}`);
    this.chargedPence += CHARGE_PENCE;
  }

  verify(): Promise<void> {
    return assertWalletsAddUp(this.world.admin, this.chargedBefore() + this.chargedPence);
  }

  close(): Promise<void> {
    return this.work.close();
  }
}

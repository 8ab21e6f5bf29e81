import { isRefusal } from '@holdfast/kernel';
import { LedgerModule } from '@holdfast/ledger';
import { UnitOfWork } from '@holdfast/platform';
import { commitReservedCredits, ReservationModule, reserveCallCredits } from '@holdfast/reservation';
import { assertWalletsAddUp } from '../database/wallets-add-up';
import type { Variant } from '../measure/variant';
import { CALL_PENCE, CALL_SECONDS, ESTIMATED_MINUTES, nextCallId, type CallWorld } from './call-world';

const TTL_SECONDS = 1_800;

/** The engine's commands on one unit of work, as the Reservations service runs them. */
export class HoldfastCalls implements Variant {
  readonly name: string = 'holdfast';
  private readonly work: UnitOfWork;
  private chargedPence = 0;

  constructor(
    protected readonly world: CallWorld,
    private readonly chargedBefore: () => number,
  ) {
    this.work = new UnitOfWork({ databaseUrl: world.url, timeScale: 1 });
    new LedgerModule(this.work);
    new ReservationModule(this.work);
  }

  get charged(): number {
    return this.chargedPence;
  }

  /** A whole call: hold, then capture. */
  async operate(): Promise<void> {
    const orgId = this.world.nextWallet();
    await this.commit(orgId, await this.reserve(orgId));
  }

  async reserve(orgId: string): Promise<string> {
    const callId = nextCallId();
    const held = await this.work.execute(
      reserveCallCredits({
        orgId,
        callId,
        estimatedMinutes: ESTIMATED_MINUTES,
        ttlSeconds: TTL_SECONDS,
        createdBy: 'bench',
      }),
    );
    if (isRefusal(held)) throw new Error(`holdfast refused to reserve: ${held.code}`);
    return callId;
  }

  async commit(orgId: string, callId: string): Promise<void> {
    const charged = await this.work.execute(
      commitReservedCredits({ orgId, callId, actualDurationSeconds: CALL_SECONDS, createdBy: 'bench' }),
    );
    if (isRefusal(charged)) throw new Error(`holdfast refused to commit: ${charged.code}`);
    if (charged.chargedPence !== CALL_PENCE) throw new Error(`a call was charged ${charged.chargedPence} pence`);
    this.chargedPence += CALL_PENCE;
  }

  verify(): Promise<void> {
    return assertWalletsAddUp(this.world.admin, this.chargedBefore() + this.chargedPence);
  }

  close(): Promise<void> {
    return this.work.close();
  }
}

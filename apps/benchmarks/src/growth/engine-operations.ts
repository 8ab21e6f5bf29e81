import { isRefusal, type Refusal } from '@holdfast/kernel';
import { Ledger, LedgerModule } from '@holdfast/ledger';
import { UnitOfWork } from '@holdfast/platform';
import { checkCall, commitReservedCredits, ReservationModule, reserveCallCredits } from '@holdfast/reservation';
import { CALL_SECONDS, ESTIMATED_MINUTES, nextCallId } from '../calls/call-world';
import { CHARGE_PENCE, nextKey } from '../ledger/charge-shape';

const TTL_SECONDS = 1_800;
const EXTENSION = { lookaheadSeconds: 60, sliceSeconds: 300 };

export type OperationName = 'deduct' | 'top up' | 'reserve' | 'check' | 'commit';

/** Every operation that moves money, on one database. */
export class EngineOperations {
  private readonly work: UnitOfWork;
  private readonly ledger: Ledger;
  private readonly live: { orgId: string; callId: string }[] = [];

  constructor(
    databaseUrl: string,
    private readonly nextWallet: () => string,
  ) {
    this.work = new UnitOfWork({ databaseUrl, timeScale: 1 });
    new LedgerModule(this.work);
    new ReservationModule(this.work);
    this.ledger = new Ledger(this.work);
  }

  /** In this order reserve leaves calls for check and commit. */
  readonly operations: Readonly<Record<OperationName, () => Promise<void>>> = {
    deduct: async () => {
      const charge = {
        assetType: 'phone_number',
        costPence: CHARGE_PENCE,
        idempotencyKey: nextKey(),
        createdBy: 'bench',
      } as const;
      done(await this.ledger.deductAsset({ orgId: this.nextWallet(), ...charge }));
    },
    'top up': async () => {
      const credit = {
        type: 'topup',
        amountPence: CHARGE_PENCE,
        idempotencyKey: nextKey(),
        createdBy: 'bench',
      } as const;
      done(await this.ledger.addCredits({ orgId: this.nextWallet(), ...credit }));
    },
    reserve: async () => {
      const call = { orgId: this.nextWallet(), callId: nextCallId() };
      const request = { ...call, estimatedMinutes: ESTIMATED_MINUTES, ttlSeconds: TTL_SECONDS, createdBy: 'bench' };
      done(await this.work.execute(reserveCallCredits(request)));
      this.live.push(call);
    },
    check: async () => {
      const call = this.live[Math.floor(this.live.length / 2)] as { orgId: string; callId: string };
      const request = {
        ...call,
        elapsedSeconds: 30,
        ttlSeconds: TTL_SECONDS,
        extension: EXTENSION,
        createdBy: 'bench',
      };
      done(await this.work.execute(checkCall(request)));
    },
    commit: async () => {
      const call = this.live.pop();
      if (!call) throw new Error('no call is left to commit');
      done(
        await this.work.execute(
          commitReservedCredits({ ...call, actualDurationSeconds: CALL_SECONDS, createdBy: 'bench' }),
        ),
      );
    },
  };

  close(): Promise<void> {
    return this.work.close();
  }
}

function done(answer: object | Refusal): void {
  if (isRefusal(answer)) throw new Error(`holdfast refused: ${answer.code}`);
}

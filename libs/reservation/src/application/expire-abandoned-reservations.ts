import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { isRefusal } from '@holdfast/kernel';
import { EngineClock, Settings, UnitOfWork } from '@holdfast/platform';
import { ReservationReader } from './reservation-reader.port';
import { CallLiveness } from './call-liveness.port';
import { expireReservation, type ExpiryOutcome } from './expire-reservation';

/** Holds per look: small enough that other work of the same wallets is not kept waiting behind a sweep. */
const CHUNK = 200;
/** Looks per sweep: 50 000 holds; what is left waits for the next sweep. */
const MAX_CHUNKS = 250;

export type SweepResult = Readonly<Record<ExpiryOutcome, number>>;

/**
 * Gives abandoned holds back, 30 minutes after their last sign of life. Safe in any number of replicas at once: each
 * hold is judged again under its wallet's lock.
 */
@Injectable()
export class ExpireAbandonedReservations implements OnModuleDestroy {
  private readonly log = new Logger('expiry');
  private running: Promise<SweepResult> | null = null;
  private stopping = false;

  constructor(
    private readonly work: UnitOfWork,
    private readonly reader: ReservationReader,
    private readonly liveness: CallLiveness,
    private readonly clock: EngineClock,
    private readonly settings: Settings,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  /** Begins the schedule; called once the database is ready. */
  start(): void {
    const everyMs = (this.settings.reservationSweepSeconds * 1_000) / this.settings.timeScale;
    this.scheduler.addInterval(
      'expire-abandoned-reservations',
      setInterval(() => void this.sweep().catch((fault: Error) => this.log.error(fault.message, fault.stack)), everyMs),
    );
  }

  /** Runs now, or joins the sweep that is running. A repeat finds nothing left to do. */
  sweep(): Promise<SweepResult> {
    this.running ??= this.sweepOnce().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.running?.catch(() => undefined);
  }

  private async sweepOnce(): Promise<SweepResult> {
    const total: Record<ExpiryOutcome, number> = { expired: 0, renewed: 0, committed: 0, kept: 0 };
    for (let chunk = 0; chunk < MAX_CHUNKS && !this.stopping; chunk++) {
      const now = await this.clock.now();
      const due = await this.reader.findExpired(now, CHUNK);
      if (due.length === 0) break;
      const verdicts = await this.liveness.ask(due, now);
      const outcomes = await Promise.allSettled(
        due.map(({ orgId, callId }, i) =>
          this.work.execute(
            expireReservation({
              orgId,
              callId,
              verdict: verdicts[i] ?? { kind: 'keep', askAgainInSeconds: this.settings.reservationSweepSeconds },
              ttlSeconds: this.settings.reservationTtlSeconds,
            }),
          ),
        ),
      );
      let moved = 0;
      for (const outcome of outcomes) {
        // One hold that cannot be judged keeps no other from being given back; it stays due and is told about.
        if (outcome.status === 'rejected') {
          this.log.error(
            `a hold could not be judged: ${(outcome.reason as Error).message}`,
            (outcome.reason as Error).stack,
          );
          continue;
        }
        if (isRefusal(outcome.value)) continue; // overloaded or no database: still due, so the next sweep finds it
        total[outcome.value] += 1;
        moved += 1;
      }
      if (moved === 0) break;
    }
    return total;
  }
}

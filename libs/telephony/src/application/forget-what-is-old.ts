import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { addSeconds } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { CallBook } from './call-book.port';
import { DeliveryLog } from './delivery-log.port';

/** How long operators can look after a failure and replay it. */
const DELIVERIES_KEPT_DAYS = 30;
/**
 * A card payment may be disputed for 120 days: so long a call's story tells of its checks, warnings and cuts. Its holds and
 * charges stand in the journal, which forgets nothing.
 */
const STORIES_KEPT_DAYS = 120;
const SECONDS_PER_DAY = 86_400;
const SWEEP_EVERY_MS = 3_600_000;
/** Rows of one transaction, so that none is long. */
const SWEEP_CHUNK = 5_000;

/** What is written down for people to read is not kept for ever: 100 000 calls are checked 140 million times a day. */
@Injectable()
export class ForgetWhatIsOld implements OnModuleDestroy {
  private readonly log = new Logger('calls');
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly deliveries: DeliveryLog,
    private readonly calls: CallBook,
    private readonly clock: EngineClock,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  /** Also at once: an engine that is restarted every half hour forgets too. */
  start(): void {
    const sweep = (): void => void (this.running = this.running.then(() => this.sweep()));
    this.scheduler.addInterval('forget-what-is-old', setInterval(sweep, SWEEP_EVERY_MS));
    sweep();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async sweep(): Promise<void> {
    await this.removeAll('deliveries', DELIVERIES_KEPT_DAYS, (until) =>
      this.deliveries.removeOlderThan(until, SWEEP_CHUNK),
    );
    await this.removeAll('parts of calls’ stories', STORIES_KEPT_DAYS, (until) =>
      this.calls.forgetStoriesBefore(until, SWEEP_CHUNK),
    );
  }

  /** Safe in several replicas: who finds a row gone removes nothing. */
  private async removeAll(what: string, keptDays: number, remove: (until: Date) => Promise<number>): Promise<void> {
    try {
      const until = addSeconds(await this.clock.now(), -keptDays * SECONDS_PER_DAY);
      while (!this.stopping && (await remove(until)) === SWEEP_CHUNK);
    } catch (fault) {
      this.log.warn(`old ${what} could not be removed: ${(fault as Error).message}`);
    }
  }
}

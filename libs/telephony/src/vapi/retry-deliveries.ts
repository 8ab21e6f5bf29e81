import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { EngineClock, Settings } from '@holdfast/platform';
import { DeliveryLog } from '../application/delivery-log.port';
import { DeliveryProcessor } from './process-delivery';

/** How often failures that may pass, and deliveries a dying process left behind, are looked for; real time. */
const LOOK_EVERY_MS = 2_000;
/** Whoever takes one has this long, real time. */
const LEASE_SECONDS = 60;
const AT_ONCE = 50;

/** Nothing that was written down stays undone. Safe in several replicas. */
@Injectable()
export class RetryDeliveries implements OnModuleDestroy {
  private readonly log = new Logger('webhook');
  private running: Promise<void> | null = null;
  private stopping = false;

  constructor(
    private readonly deliveries: DeliveryLog,
    private readonly processor: DeliveryProcessor,
    private readonly clock: EngineClock,
    private readonly settings: Settings,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  start(): void {
    this.scheduler.addInterval(
      'retry-deliveries',
      setInterval(() => void this.retry(), LOOK_EVERY_MS),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  retry(): Promise<void> {
    this.running ??= this.retryOnce()
      .catch((fault: Error) => this.log.warn(`deliveries could not be retried: ${fault.message}`))
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  private async retryOnce(): Promise<void> {
    for (let taken = AT_ONCE; taken === AT_ONCE && !this.stopping;) {
      const now = await this.clock.now();
      const due = await this.deliveries.claimRetries(now, LEASE_SECONDS * this.settings.timeScale, AT_ONCE);
      await Promise.all(due.map((delivery) => this.processor.replay(delivery)));
      taken = due.length;
    }
  }
}

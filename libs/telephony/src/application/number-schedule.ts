import { Injectable, Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Settings } from '@holdfast/platform';
import { NumberOrphans, ORPHAN_CHECK_SECONDS } from './number-orphans';
import { NumberResolver } from './number-resolver';

/** How often numbers that are due are looked for: as long as the shortest pause between two tries. */
export const NUMBER_RESOLVER_SECONDS = 5;

/** What happens to numbers without anybody asking. */
@Injectable()
export class NumberSchedule {
  private readonly log = new Logger('numbers');
  private started = false;

  constructor(
    private readonly resolver: NumberResolver,
    private readonly orphans: NumberOrphans,
    private readonly scheduler: SchedulerRegistry,
    private readonly settings: Settings,
  ) {}

  /** Begins the schedule; called once the database is ready. A repeat changes nothing. */
  start(): void {
    if (this.started) return;
    this.started = true;
    this.every('resolve-numbers', NUMBER_RESOLVER_SECONDS, () => this.resolver.look());
    this.every('find-number-orphans', ORPHAN_CHECK_SECONDS, () =>
      this.orphans.check().catch((fault: Error) => this.log.error(fault.message, fault.stack)),
    );
  }

  private every(name: string, seconds: number, work: () => unknown): void {
    this.scheduler.addInterval(
      name,
      setInterval(() => void work(), (seconds * 1_000) / this.settings.timeScale),
    );
  }
}

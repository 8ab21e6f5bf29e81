import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { EngineClock } from '@holdfast/platform';
import { LEASE_SECONDS } from '../domain/phone-number-patience';
import type { NumberProvider } from './number-provider.port';
import { NUMBER_PROVIDER } from './number-provider.token';
import { NumberQueue } from './number-queue.port';
import { NumberSaga } from './number-saga';

/** Numbers one replica goes on with at once; a slow provider holds up so many, not all. */
const WORKERS = 4;
/** Numbers one worker takes before the next look: nobody circles for ever on a clock that was set back. */
const MAX_IN_A_ROW = 250;

/**
 * Goes on with every number somebody had to leave: after a crash, a time-out, a slow activation. Safe in any number of
 * replicas: each takes rows of its own, and loses them again when it dies.
 */
@Injectable()
export class NumberResolver implements OnModuleDestroy {
  private readonly log = new Logger('numbers');
  private readonly workers = new Set<Promise<number>>();
  private stopping = false;

  constructor(
    private readonly queue: NumberQueue,
    private readonly saga: NumberSaga,
    private readonly clock: EngineClock,
    @Inject(NUMBER_PROVIDER) private readonly provider: NumberProvider,
  ) {}

  /** Puts an idle worker to work; one that finds something calls the next. */
  look(): void {
    if (this.workers.size < WORKERS && !this.stopping) void this.startWorker();
  }

  /** Works until nothing is due any more. @returns how many numbers were looked at */
  async resolveDue(): Promise<number> {
    const counts = await Promise.all(Array.from({ length: WORKERS }, () => this.startWorker()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** What is being worked on, the saga waits for. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  private startWorker(): Promise<number> {
    const worker = this.workWhileDue().catch((fault: Error) => {
      this.log.error(fault.message, fault.stack);
      return 0;
    });
    this.workers.add(worker);
    void worker.finally(() => this.workers.delete(worker));
    return worker;
  }

  private async workWhileDue(): Promise<number> {
    let done = 0;
    while (done < MAX_IN_A_ROW && !this.stopping) {
      const number = await this.queue.claim(this.provider.kind, await this.clock.now(), LEASE_SECONDS);
      if (number === null) break;
      this.look();
      await this.saga.drive(number);
      done += 1;
    }
    return done;
  }
}

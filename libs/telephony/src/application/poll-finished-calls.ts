import { Inject, Injectable, Logger, Optional, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { addSeconds } from '@holdfast/kernel';
import { EngineClock, Settings } from '@holdfast/platform';
import { CALL_LOOKUP, type CallLookup } from './call-lookup.port';
import { CallRecovery } from './recover-calls';
import { RecoveryProgress } from './recovery-progress.port';

/** Engine time between polls. */
const POLL_SECONDS = 60;
/** Never more often than this, real time, however fast a simulation runs. */
const MIN_POLL_MS = 1_000;
/** Windows overlap: a record may show up late in the provider's list, and a young one is left to its report. */
const OVERLAP_SECONDS = 600;
/** The provider's largest page. */
const PAGE = 1_000;
/** One replica polls; when it dies, another does after this, real time. */
const LEASE_MS = 60_000;
/** Calls settled side by side. */
const AT_ONCE = 20;

/** Asks the provider every minute which calls have ended: a lost report costs a minute, not money. */
@Injectable()
export class PollFinishedCalls implements OnModuleDestroy {
  private readonly log = new Logger('recovery');
  private running: Promise<void> | null = null;

  constructor(
    private readonly progress: RecoveryProgress,
    private readonly recovery: CallRecovery,
    private readonly clock: EngineClock,
    private readonly settings: Settings,
    private readonly scheduler: SchedulerRegistry,
    @Optional() @Inject(CALL_LOOKUP) private readonly lookup: CallLookup | null,
  ) {}

  start(): void {
    if (!this.lookup) return;
    const everyMs = Math.max(MIN_POLL_MS, (POLL_SECONDS * 1_000) / this.settings.timeScale);
    this.scheduler.addInterval(
      'poll-finished-calls',
      setInterval(() => void this.poll(), everyMs),
    );
  }

  /** Polls now, or joins the poll that is running. A repeat finds nothing new. */
  poll(): Promise<void> {
    this.running ??= this.pollOnce()
      .catch((fault: Error) => this.log.warn(`finished calls could not be listed: ${fault.message}`))
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  async onModuleDestroy(): Promise<void> {
    await this.running;
  }

  private async pollOnce(): Promise<void> {
    if (!this.lookup) return;
    const now = await this.clock.now();
    const since = await this.progress.begin(LEASE_MS, addSeconds(now, -OVERLAP_SECONDS));
    if (since === null) return;
    const listed = await this.lookup.endedSince(since, now, PAGE);
    if (listed.outcome === 'unreachable') {
      this.log.warn(`the provider could not be asked: ${listed.detail}`);
      return this.progress.end(since);
    }
    for (let i = 0; i < listed.calls.length; i += AT_ONCE) {
      await Promise.all(listed.calls.slice(i, i + AT_ONCE).map((found) => this.recovery.reconcile(found, now)));
    }
    const overlapped = addSeconds(now, -OVERLAP_SECONDS);
    const { readUntil } = listed;
    await this.progress.end(readUntil && readUntil < overlapped ? readUntil : overlapped);
  }
}

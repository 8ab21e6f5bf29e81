import type { Pool } from 'pg';
import { residentBytes, treeCpuMicros } from '../measure/cpu-clock';
import { median } from '../measure/median';
import { queueDepths } from '../http/engine-metrics';

const LOOK_EVERY_MS = 1_000;
const BYTES_PER_MB = 1_048_576;

export interface Look {
  readonly second: number;
  readonly liveCalls: number;
  readonly residentMb: number;
  /** Cores in use since the last look. */
  readonly engineCores: number;
  readonly postgresCores: number;
  readonly generatorCores: number;
  /** Asked by the load and not answered. */
  readonly unanswered: number;
  /** Waiting in the engine's batchers. */
  readonly queued: number;
  /** Written down and without an outcome for more than a second. */
  readonly unprocessed: number;
  /** Calls whose next look is more than a second overdue. */
  readonly overdue: number;
}

export interface WatchOptions {
  readonly admin: Pool;
  readonly postgresPid: number;
  readonly enginePid: number;
  readonly enginePort: number;
  readonly liveCalls: () => number;
  readonly unanswered: () => number;
}

/** Once a second from outside: what the processes use and what is left undone. */
export class LiveWatch {
  readonly looks: Look[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private before = { at: 0, engine: 0, postgres: 0, generator: 0 };
  private startedAt = 0;

  constructor(private readonly options: WatchOptions) {}

  start(): void {
    this.startedAt = performance.now();
    this.before = this.cpu();
    let busy = false;
    this.timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.looking = this.look().finally(() => (busy = false));
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** Of the whole watch. */
  typical(figure: (look: Look) => number): number {
    return median(this.looks.map(figure));
  }

  most(figure: (look: Look) => number): number {
    return Math.max(...this.looks.map(figure));
  }

  /** How much more is undone in the last quarter of the watch than in the first: medians, so that no single hiccup counts. */
  growth(figure: (look: Look) => number): number {
    const quarter = Math.max(1, Math.floor(this.looks.length / 4));
    return median(this.looks.slice(-quarter).map(figure)) - median(this.looks.slice(0, quarter).map(figure));
  }

  private async look(): Promise<void> {
    const { admin, enginePid, enginePort, liveCalls, unanswered } = this.options;
    const [{ rows }, depths] = await Promise.all([admin.query<Undone>(UNDONE), queueDepths(enginePort)]);
    const now = this.cpu();
    const micros = (now.at - this.before.at) * 1_000;
    const { unprocessed, overdue } = rows[0] as Undone;
    this.looks.push({
      second: Math.round((now.at - this.startedAt) / 1_000),
      liveCalls: liveCalls(),
      residentMb: (residentBytes(enginePid) ?? Number.NaN) / BYTES_PER_MB,
      engineCores: (now.engine - this.before.engine) / micros,
      postgresCores: (now.postgres - this.before.postgres) / micros,
      generatorCores: (now.generator - this.before.generator) / micros,
      unanswered: unanswered(),
      queued: [...depths.values()].reduce((sum, depth) => sum + depth, 0),
      unprocessed: Number(unprocessed),
      overdue: Number(overdue),
    });
    this.before = now;
  }

  private cpu(): { at: number; engine: number; postgres: number; generator: number } {
    const own = process.cpuUsage();
    return {
      at: performance.now(),
      engine: treeCpuMicros(this.options.enginePid) ?? Number.NaN,
      postgres: treeCpuMicros(this.options.postgresPid) ?? Number.NaN,
      generator: own.user + own.system,
    };
  }
}

interface Undone {
  unprocessed: string;
  overdue: string;
}

const UNDONE = `select
  (select count(*) from webhook_delivery_log where status = 'received' and received_at < now() - interval '1 second') as unprocessed,
  (select count(*) from calls where next_decision_at < now() - interval '1 second') as overdue`;

export function backlogOf(look: Look): number {
  return look.unanswered + look.queued + look.unprocessed + look.overdue;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '@holdfast/platform';
import { EngineProcess } from '../../support/number-engine-process';
import type { EngineAtWork, Line, Surroundings } from './call-histories';
import type { Answer } from './deliver';
import { Operator } from './operator';

export interface Kill {
  readonly afterRequests: number;
  readonly thenMs: number | 'answered';
  readonly places: readonly number[];
}

/** Longer than an engine takes to start on a busy machine. */
const PATIENCE_MS = 30_000;
const TRY_AGAIN_MS = 20;
const STARTS = 5;

interface Place {
  process: EngineProcess;
  dead: boolean;
  back: Promise<void>;
}

/** Engines in processes of their own, which die by kill -9 under the requests that they were sent, and are replaced. */
export class KilledEngines {
  private readonly places: Place[] = [];
  private order: Kill | null = null;
  private sent = 0;
  private turn = 0;
  /** So many times. */
  killed = 0;

  private constructor(
    private readonly settings: Settings,
    private readonly folder: string,
  ) {}

  static async start(count: number, settings: Settings, folder: string): Promise<KilledEngines> {
    const engines = new KilledEngines(settings, folder);
    const processes = await Promise.all(Array.from({ length: count }, () => engines.another()));
    for (const process of processes) engines.places.push({ process, dead: false, back: Promise.resolve() });
    return engines;
  }

  get databaseUrl(): string {
    return this.settings.databaseUrl as string;
  }

  /** As a balancer does: each request to the next engine that lives. Whoever is cut off asks the same again, of the next. */
  readonly line: Line = async (ask) => {
    for (const until = Date.now() + PATIENCE_MS; ;) {
      const { answer, cutOff } = await this.once(ask);
      if (cutOff === undefined) return answer as Awaited<ReturnType<typeof ask>>;
      if (Date.now() > until) throw cutOff;
      await sleep(TRY_AGAIN_MS);
    }
  };

  around(vapiRepeats: boolean): Surroundings {
    const once = async (tell: (engine: EngineAtWork) => Promise<Answer>) => (await this.once(tell)).answer ?? null;
    return {
      databaseUrl: this.databaseUrl,
      webhookSecret: this.settings.vapi.webhookSecret,
      line: this.line,
      fromVapi: vapiRepeats ? this.line : once,
    };
  }

  operator(): Operator {
    return new Operator(this.addressOf(this.next()));
  }

  willBeKilled(order: Kill): void {
    this.sent = 0;
    this.order = order;
  }

  async areBack(): Promise<void> {
    this.order = null;
    await Promise.all(this.places.map(({ back }) => back));
  }

  async stop(): Promise<void> {
    await this.areBack();
    await Promise.all(this.places.map(({ process }) => process.kill()));
  }

  private async once<T>(ask: (engine: EngineAtWork) => Promise<T>): Promise<{ answer?: T; cutOff?: Error }> {
    const place = this.next();
    const { process } = place;
    this.sent += 1;
    const order = this.order !== null && this.sent > this.order.afterRequests ? this.order : null;
    if (order !== null) this.order = null;
    const isKilled = () => order?.places.forEach((number) => this.kill(this.places[number] as Place));
    if (order !== null && order.thenMs !== 'answered') setTimeout(isKilled, order.thenMs);
    try {
      const answer = await ask(this.addressOf(place));
      if (order?.thenMs === 'answered') isKilled();
      const repeatIt = (answer as { readonly status?: number } | undefined)?.status === 503; // as 503 asks for
      return repeatIt ? { cutOff: new Error('503, again and again') } : { answer };
    } catch (fault) {
      if (place.process === process && !place.dead) throw fault;
      return { cutOff: fault as Error };
    }
  }

  private kill(place: Place): void {
    if (place.dead) return;
    place.dead = true;
    this.killed += 1;
    place.back = (async () => {
      await place.process.kill();
      place.process = await this.another();
      place.dead = false;
    })();
  }

  private next(): Place {
    const order = this.places.map((_, i) => this.places[(this.turn + i) % this.places.length] as Place);
    this.turn += 1;
    return order.find(({ dead }) => !dead) ?? (order[0] as Place);
  }

  private addressOf({ process }: Place): EngineAtWork {
    const { adminApiKey, vapi } = this.settings;
    return { url: process.url, adminKey: adminApiKey, webhookSecret: vapi.webhookSecret };
  }

  /** Whoever looks after engines in life starts one again that could not reach its database in time. */
  private async another(tries = STARTS): Promise<EngineProcess> {
    try {
      return await EngineProcess.start(this.settings, this.folder);
    } catch (fault) {
      if (tries === 1) throw fault;
      return this.another(tries - 1);
    }
  }
}

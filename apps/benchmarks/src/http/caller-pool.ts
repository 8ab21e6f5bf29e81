import type { HttpAnswer } from './http-answer';
import { HttpCaller } from './http-caller';

/** Fewer than the 511 that wait to be accepted. */
const OPENED_AT_ONCE = 200;

/**
 * As many keep-alive connections as there are requests under way, up to a bound; what comes then waits for one. So that a
 * slow server doesn't slow down those who ask it.
 */
export class CallerPool {
  private readonly free: HttpCaller[] = [];
  private readonly waiting: ((caller: HttpCaller) => void)[] = [];
  private readonly all: HttpCaller[] = [];

  constructor(
    private readonly port: number,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly maxConnections: number,
  ) {}

  get connections(): number {
    return this.all.length;
  }

  /** Whether a request could be sent at once. */
  get hasFree(): boolean {
    return this.free.length > 0 || this.all.length < this.maxConnections;
  }

  /** Requests sent or waiting to be. */
  get outstanding(): number {
    return this.all.length - this.free.length + this.waiting.length;
  }

  async post(path: string, body: string | Buffer, headers = ''): Promise<HttpAnswer> {
    const caller = this.free.pop() ?? this.oneMore() ?? (await this.turn());
    try {
      return await caller.post(path, body, headers);
    } finally {
      const next = this.waiting.shift();
      if (next) next(caller);
      else this.free.push(caller);
    }
  }

  /**
   * Connections that clients have kept open from before: a server that is busy is slow to accept new ones, and what the
   * kernel turns away it tries again much later.
   * @param ask one request on each, some at a time
   */
  async open(connections: number, ask: () => Promise<unknown>): Promise<void> {
    while (this.all.length < connections) {
      const some = Math.min(OPENED_AT_ONCE, connections - this.all.length);
      const idle = this.free.splice(0);
      await Promise.all(Array.from({ length: some }, ask));
      this.free.push(...idle);
    }
  }

  close(): void {
    for (const caller of this.all) caller.close();
  }

  private oneMore(): HttpCaller | undefined {
    if (this.all.length >= this.maxConnections) return undefined;
    const caller = new HttpCaller(this.port, this.headers);
    this.all.push(caller);
    return caller;
  }

  private turn(): Promise<HttpCaller> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

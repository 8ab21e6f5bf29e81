/**
 * Writing refusals takes at most a 25th as long as whatever else was done since the last were written: all of a
 * refusal, reading and parsing what is refused and the garbage of it, costs some four times as much. Else the more is asked
 * of a full engine the less it serves: its own database's answers wait behind the refusals.
 */
const SHARE = 0.04;
/** At a time, however long nothing was refused before: what was let in is not to wait for longer. */
const MOST_MS = 10;

/**
 * Refusals that wait to be written, one at least in each turn of the event loop. As many wait at most as there are
 * connections: who waits for one asks nothing more.
 */
export class RefusalTurn {
  private waiting: (() => void)[] = [];
  private next = 0;
  private lastEndedMs = 0;
  private planned = false;

  /** @param write writes one refusal; called at the end of this or a later turn of the event loop */
  after(write: () => void): void {
    this.waiting.push(write);
    if (this.planned) return;
    this.planned = true;
    setImmediate(this.turn);
  }

  private readonly turn = (): void => {
    const began = performance.now();
    const until = began + Math.min((began - this.lastEndedMs) * SHARE, MOST_MS);
    const { waiting } = this;
    for (let written = 0; this.next < waiting.length; written++) {
      if (written > 0 && performance.now() > until) break;
      (waiting[this.next++] as () => void)();
    }
    if (this.next === waiting.length) this.waiting = [];
    else if (this.next * 2 > waiting.length) this.waiting = waiting.slice(this.next);
    if (this.waiting !== waiting) this.next = 0;
    this.lastEndedMs = performance.now();
    this.planned = this.waiting.length > 0;
    if (this.planned) setImmediate(this.turn);
  };
}

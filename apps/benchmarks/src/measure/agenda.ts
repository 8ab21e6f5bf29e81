import { setTimeout as sleep } from 'node:timers/promises';

const SLOT_MS = 5;
/** In place of what has been done, so that its memory is given back. */
const DONE: never[] = [];

/** Milliseconds since 1970, finer than Date.now(). */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Things to do at set moments, in slots of 5 ms: a hundred thousand of Node's timers would cost the load generator more
 * than the load. Never early; what the generator does late counts as latency of what it asks.
 */
export class Agenda {
  private readonly slots: ((dueMs: number) => void)[][] = [];
  private done = 0;
  /** How late the generator itself was at worst. */
  latestMs = 0;

  /** @param fromMs epoch; nothing happens before @param untilMs epoch; what lies beyond is dropped */
  constructor(
    readonly fromMs: number,
    readonly untilMs: number,
  ) {}

  /** @param action is given the moment it was meant for: latency counts from then, not from when we got round to it */
  at(ms: number, action: (dueMs: number) => void): void {
    if (ms >= this.untilMs) return;
    const slot = Math.max(Math.ceil((ms - this.fromMs) / SLOT_MS), this.done);
    (this.slots[slot] ??= []).push(action);
  }

  async run(): Promise<void> {
    for (let now = epochMs(); now < this.untilMs; now = epochMs()) {
      const due = Math.floor((now - this.fromMs) / SLOT_MS);
      for (; this.done <= due; this.done++) this.doSlot(now);
      await sleep(SLOT_MS / 2);
    }
  }

  private doSlot(now: number): void {
    const actions = this.slots[this.done];
    if (!actions) return;
    const dueMs = this.fromMs + this.done * SLOT_MS;
    this.latestMs = Math.max(this.latestMs, now - dueMs);
    for (const action of actions) action(dueMs);
    this.slots[this.done] = DONE;
  }
}

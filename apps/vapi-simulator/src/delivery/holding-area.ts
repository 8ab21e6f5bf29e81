import type { Schedule } from '../time/schedule';

/** The last message of a call has nothing that could overtake it, so waiting ends here. */
const HELD_AT_MOST_MS = 60_000;

/** Reordering: a held back message waits until a later one of the same call has been delivered. */
export class HoldingArea {
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly schedule: Schedule) {}

  untilOvertaken(callId: string): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        this.waiting.get(callId)?.delete(leave);
        cancel();
        resolve();
      };
      const cancel = this.schedule.after(HELD_AT_MOST_MS, leave);
      this.waiting.set(callId, (this.waiting.get(callId) ?? new Set()).add(leave));
    });
  }

  release(callId: string): void {
    for (const leave of [...(this.waiting.get(callId) ?? [])]) leave();
    if (this.waiting.get(callId)?.size === 0) this.waiting.delete(callId);
  }
}

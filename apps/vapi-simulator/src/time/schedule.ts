import { type SimulatedClock } from './simulated-clock';

/** Does things at simulated times, and forgets all of them when the simulator closes. */
export class Schedule {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(readonly clock: SimulatedClock) {}

  after(simulatedMs: number, action: () => void): () => void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        action();
      },
      Math.max(0, this.clock.realMs(simulatedMs)),
    );
    this.timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.timers.delete(timer);
    };
  }

  sleep(simulatedMs: number): Promise<void> {
    return new Promise((resolve) => this.after(simulatedMs, resolve));
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}

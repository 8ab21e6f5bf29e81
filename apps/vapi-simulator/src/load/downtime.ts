/** When the engine was away because we killed it, in simulated time. */
export class Downtime {
  private readonly windows: { fromMs: number; toMs: number }[] = [];

  begin(atMs: number): void {
    this.windows.push({ fromMs: atMs, toMs: Infinity });
  }

  end(atMs: number): void {
    const last = this.windows.at(-1);
    if (last) last.toMs = atMs;
  }

  get count(): number {
    return this.windows.length;
  }

  /** How much of this span the engine was away for. */
  overlapMs(fromMs: number, toMs: number): number {
    return this.windows.reduce(
      (sum, window) => sum + Math.max(0, Math.min(toMs, window.toMs) - Math.max(fromMs, window.fromMs)),
      0,
    );
  }
}

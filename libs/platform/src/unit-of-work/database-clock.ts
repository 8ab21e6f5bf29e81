/** How long a measured difference is believed: quartz drifts by less than a millisecond in that time. */
const GOOD_FOR_MS = 60_000;
/** While there is traffic it is measured anew this often, for the price of one more statement in a flight. */
const MEASURE_EVERY_MS = 1_000;
/** A measurement may be less precise than the last one by this much for each second that it is younger. */
const PRECISION_LOST_PER_SECOND_MS = 1;
/** Wall clock and monotonic clock further apart than this: the machine was asleep, or somebody set its clock. */
const MOST_DISAGREEMENT_MS = 500;

/**
 * The database's clock as this process knows it, to half a round trip, for batches that are judged from memory: it
 * dates journal rows and the expiry of new holds. What *has* expired is only ever judged under locks, by the database's own.
 */
export class DatabaseClock {
  private offsetMs = 0;
  private measuredAtMs = Number.NEGATIVE_INFINITY;
  private imprecisionMs = 0;
  private wallOffsetMs = 0;
  private lastMs = 0;

  /** The database said `now` in an answer to what was sent at `sentAtMs` (of `performance.now()`). */
  measured(now: Date, sentAtMs: number): void {
    const answeredAtMs = performance.now();
    const imprecisionMs = (answeredAtMs - sentAtMs) / 2;
    const ageSeconds = (answeredAtMs - this.measuredAtMs) / 1_000;
    const tolerableMs = this.imprecisionMs + ageSeconds * PRECISION_LOST_PER_SECOND_MS;
    if (imprecisionMs > tolerableMs && answeredAtMs - this.measuredAtMs < GOOD_FOR_MS) return;
    this.imprecisionMs = imprecisionMs;
    this.offsetMs = now.getTime() - (sentAtMs + answeredAtMs) / 2;
    this.measuredAtMs = answeredAtMs;
    this.wallOffsetMs = Date.now() - answeredAtMs;
  }

  get wantsMeasuring(): boolean {
    return performance.now() - this.measuredAtMs > MEASURE_EVERY_MS;
  }

  /** Undefined when it cannot be told without asking. */
  now(): Date | undefined {
    const atMs = performance.now();
    if (atMs - this.measuredAtMs > GOOD_FOR_MS) return undefined;
    if (Math.abs(Date.now() - atMs - this.wallOffsetMs) > MOST_DISAGREEMENT_MS) return undefined;
    const nowMs = atMs + this.offsetMs;
    // A new measurement may step back by its imprecision: time does not. A larger step is the database's own.
    this.lastMs = this.lastMs - nowMs > MOST_DISAGREEMENT_MS ? nowMs : Math.max(nowMs, this.lastMs);
    return new Date(this.lastMs);
  }
}

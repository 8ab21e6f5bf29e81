/** Keys remembered at once; beyond it the fullest buckets are forgotten, which only ever lets somebody through. */
const MAX_BUCKETS = 50_000;
const MINUTE_MS = 60_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket per caller, in this process: refills evenly, holds one minute's worth. */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  /** @param perMinute 0 = off */
  constructor(private readonly perMinute: number) {}

  /** @returns 0 when the request may pass, else the seconds after which it may. */
  take(key: string, nowMs: number = Date.now()): number {
    if (this.perMinute === 0) return 0;
    let bucket = this.buckets.get(key);
    if (!bucket) {
      if (this.buckets.size >= MAX_BUCKETS) this.buckets.clear();
      bucket = { tokens: this.perMinute, at: nowMs };
      this.buckets.set(key, bucket);
    }
    const refilled = bucket.tokens + ((nowMs - bucket.at) / MINUTE_MS) * this.perMinute;
    bucket.tokens = Math.min(this.perMinute, refilled);
    bucket.at = nowMs;
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * MINUTE_MS) / this.perMinute / 1_000);
    bucket.tokens -= 1;
    return 0;
  }
}

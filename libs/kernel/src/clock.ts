/**
 * The engine's time is the database's time. `scale` makes it run faster for simulations (1 in production): both the
 * engine and a simulator stretch time from the same origin, so their clocks agree without talking.
 */
export const TIME_SCALE_ORIGIN_MS = Date.UTC(2026, 0, 1);

export function scaledTime(real: Date, scale: number): Date {
  if (scale === 1) return real;
  return new Date(TIME_SCALE_ORIGIN_MS + (real.getTime() - TIME_SCALE_ORIGIN_MS) * scale);
}

export function addSeconds(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1_000);
}

export function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1_000;
}

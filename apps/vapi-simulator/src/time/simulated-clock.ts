/** Where simulated and real time meet. The engine's TIME_SCALE uses the same origin, so both sides agree on "now". */
export const SIMULATION_ORIGIN_MS = Date.UTC(2026, 0, 1);

/**
 * A clock that may run faster than life: simulated = origin + (real - origin) × speed.
 * Everything the simulator puts on the wire is simulated time; at speed 1 that is the ordinary time.
 */
export class SimulatedClock {
  constructor(
    readonly speed = 1,
    private readonly realNowMs: () => number = Date.now,
  ) {
    if (!(speed > 0)) throw new RangeError(`speed must be above 0, not ${speed}`);
  }

  nowMs(): number {
    return Math.round(SIMULATION_ORIGIN_MS + (this.realNowMs() - SIMULATION_ORIGIN_MS) * this.speed);
  }

  realMs(simulatedMs: number): number {
    return simulatedMs / this.speed;
  }

  simulatedMs(realMs: number): number {
    return realMs * this.speed;
  }
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

import type { SimulatedClock } from '../time/simulated-clock';

/** Of real time: two machines may disagree by seconds, a wrong TIME_SCALE by years. */
const TOLERATED_REAL_SECONDS = 60;

/** @throws Error when the engine stamped what it just did with another time than ours. */
export function checkClockAgreement(engineTime: string | undefined, clock: SimulatedClock): void {
  if (engineTime === undefined) return;
  const apartSeconds = clock.realMs(Math.abs(Date.parse(engineTime) - clock.nowMs())) / 1000;
  if (apartSeconds <= TOLERATED_REAL_SECONDS) return;
  throw new Error(
    `the engine's clock says ${engineTime}: start it with TIME_SCALE=${clock.speed}, or use another --speed`,
  );
}

import type { SimulatedClock } from '../time/simulated-clock';

/** The engine gives a report this long to come before it asks Vapi (its own time; `report-grace.ts` there). */
const REPORT_GRACE_SECONDS = 60;
/** It reads Vapi's list of finished calls this often (its own time; `poll-finished-calls.ts` there) … */
const POLL_SECONDS = 60;
/** … but never more often than this, real time, however fast a run is. */
const POLL_AT_LEAST_REAL_MS = 1_000;
/** The first poll after the grace should find it. The others are for one that failed, or was under way at that moment. */
const POLLS = 3;
/** Asking, charging and writing are work of a machine that may be busy: real time, at any speed. */
const MACHINE_REAL_MS = 5_000;

/** Real milliseconds after which an engine has certainly found a finished call of which no message came. */
export function recoveryRealMs(clock: SimulatedClock): number {
  const pollMs = Math.max(POLL_AT_LEAST_REAL_MS, clock.realMs(POLL_SECONDS * 1000));
  return clock.realMs(REPORT_GRACE_SECONDS * 1000) + POLLS * pollMs + MACHINE_REAL_MS;
}

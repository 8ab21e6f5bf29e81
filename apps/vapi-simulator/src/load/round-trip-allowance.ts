import type { DeliveryRecord } from '../delivery/delivery-log';
import { webhookFigures } from './latency';

/** Talk until the hang-up command has worked: simulated time, the same at every speed. */
const TALK_MS = 2_000;
/** What the order itself may take of network and scheduling: real time, so a fast run turns it into much talk. */
const MACHINE_REAL_MS = 250;
/** A machine that is slower than this is no measure any more: talk that is longer counts as leaked, whoever was slow. */
const MACHINE_REAL_AT_MOST_MS = 500;

/** What one control round trip may cost, and why. */
export interface RoundTripAllowance {
  /** Simulated. */
  talkMs: number;
  /** The machine's part of it, real time; undefined when the command line has set the whole. */
  machineRealMs?: number;
  /** How long the slowest webhook of this run waited for its answer, real time. */
  slowestAnswerMs: number;
  /** So slow that the run proves little against the engine: to be repeated at a lower speed. */
  machineTooSlow: boolean;
}

/**
 * A control round trip crosses the same machine as a webhook, the other way: a process that has to wait for its turn, a
 * look-up, a durable note, one request. So a machine that needed longer than usual for a webhook may need as long for an
 * order to hang up. The gate is left out: it has a deadline of its own.
 */
export function roundTripAllowance(
  records: readonly DeliveryRecord[],
  speed: number,
  givenSeconds?: number,
): RoundTripAllowance {
  const slowestAnswerMs = webhookFigures(records).othersMs.max;
  if (givenSeconds !== undefined) return { talkMs: givenSeconds * 1000, slowestAnswerMs, machineTooSlow: false };
  const machineRealMs = Math.min(Math.max(MACHINE_REAL_MS, slowestAnswerMs), MACHINE_REAL_AT_MOST_MS);
  return {
    talkMs: TALK_MS + machineRealMs * speed,
    machineRealMs,
    slowestAnswerMs,
    machineTooSlow: slowestAnswerMs > MACHINE_REAL_AT_MOST_MS,
  };
}

import type { DeliveryRecord } from '../delivery/delivery-log';
import { webhookFigures } from './latency';

/** Talk until the hang-up command has worked: simulated time, the same at every speed. */
const TALK_MS = 2_000;
/** The engine's own timer looks four times a second: real time, so a fast run turns it into much talk. */
const LOOK_REAL_MS = 250;
/** The message to the engine, and its order back. */
const CROSSINGS = 2;
/** A machine that is slower than this is no measure any more: talk that is longer counts as leaked, whoever was slow. */
const MACHINE_REAL_AT_MOST_MS = 250;

/** What one control round trip may cost, and why. */
export interface RoundTripAllowance {
  /** Simulated. */
  talkMs: number;
  /** The real time in it: one look, and the machine's part. Undefined when the command line has set the whole. */
  realMs?: number;
  /** How long the slowest webhook of this run waited for its answer, real time. */
  slowestAnswerMs: number;
  /** So slow that the run proves little against the engine: to be repeated at a lower speed. */
  machineTooSlow: boolean;
}

/**
 * A control round trip crosses the same machine as a webhook, the other way: a process that has to wait for its turn, a
 * look-up, a durable note, one request. So an order to hang up may take as long as the slowest webhook of the run waited,
 * which no fixed figure can know. Twice that, because of a call for which nothing could be held all talk is unpaid: the
 * message that tells of it crosses the machine first. The gate is left out: it has a deadline of its own.
 */
export function roundTripAllowance(
  records: readonly DeliveryRecord[],
  speed: number,
  givenSeconds?: number,
): RoundTripAllowance {
  const slowestAnswerMs = webhookFigures(records).othersMs.max;
  if (givenSeconds !== undefined) return { talkMs: givenSeconds * 1000, slowestAnswerMs, machineTooSlow: false };
  const machineMs = CROSSINGS * slowestAnswerMs;
  const realMs = LOOK_REAL_MS + Math.min(machineMs, MACHINE_REAL_AT_MOST_MS);
  const machineTooSlow = machineMs > MACHINE_REAL_AT_MOST_MS;
  return { talkMs: TALK_MS + realMs * speed, realMs, slowestAnswerMs, machineTooSlow };
}

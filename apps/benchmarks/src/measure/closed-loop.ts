import { quantile } from './median';

/** No loop runs for ever, whatever its clock does. */
const MAX_OPERATIONS = 20_000_000;

export interface Load {
  readonly inFlight: number;
  readonly seconds: number;
  /** Ends earlier when this many operations have been begun. */
  readonly operations?: number;
  /** Ends earlier when this says no. */
  readonly goOn?: () => boolean;
}

export interface LoopResult {
  readonly operations: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** So many callers, each sending its next request when its last was answered. The first fault ends the loop. */
export async function closedLoop(load: Load, operate: (caller: number) => Promise<unknown>): Promise<LoopResult> {
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + load.seconds * 1_000;
  const most = Math.min(load.operations ?? MAX_OPERATIONS, MAX_OPERATIONS);
  const goOn = load.goOn ?? (() => true);
  let begun = 0;
  let fault: Error | undefined;
  const caller = async (index: number): Promise<void> => {
    for (let now = performance.now(); now < until && fault === undefined && begun < most && goOn();) {
      begun += 1;
      await operate(index);
      const answered = performance.now();
      latencies.push(answered - now);
      now = answered;
    }
  };
  await Promise.all(
    Array.from({ length: load.inFlight }, (_, index) => caller(index).catch((error: Error) => void (fault ??= error))),
  );
  if (fault !== undefined) throw fault;
  const seconds = (performance.now() - started) / 1_000;
  return {
    operations: latencies.length,
    seconds,
    perSecond: latencies.length / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

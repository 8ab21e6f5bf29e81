import type { Pool } from 'pg';
import type { BaselineSums } from '../baselines/baseline-sums';

/** What every way of reserving and committing calls is given. */
export interface CallWorld {
  readonly url: string;
  readonly admin: Pool;
  readonly nextWallet: () => string;
  readonly baselineSums: BaselineSums;
}

/** The default hold, and a call that used part of it: 187 s are four minutes of 56p. */
export const ESTIMATED_MINUTES = 5;
export const CALL_SECONDS = 187.412;
export const CALL_PENCE = 224;

let calls = 0;

/** As long as the ids Vapi gives. */
export function nextCallId(): string {
  return `0b3c7a10-bench-${process.pid}-${(calls += 1).toString().padStart(12, '0')}`;
}

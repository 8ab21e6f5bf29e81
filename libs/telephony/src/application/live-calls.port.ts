export interface CallRow {
  /** Of its reservation: the cursor. */
  readonly id: string;
  readonly callId: string;
  readonly vapiCallId: string | null;
  readonly orgId: string;
  readonly state: string;
  readonly startedAt: Date | null;
  readonly elapsedSeconds: number;
  readonly grantedSeconds: number;
  readonly remainingSeconds: number;
  readonly reservedPence: number;
  readonly lastSlice: boolean;
  readonly expiresAt: Date;
}

export const CALL_LIST_STATES = ['live', 'ringing', 'ended'] as const;
export type CallListState = (typeof CALL_LIST_STATES)[number];

/** Calls that hold credit now, for operators. */
export abstract class LiveCalls {
  /** Oldest first. `live` includes calls that only a client reserved, of which no message tells more. */
  abstract list(state: CallListState, limit: number, after: string | null): Promise<CallRow[]>;
}

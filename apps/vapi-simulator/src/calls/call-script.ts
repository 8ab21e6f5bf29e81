/** What the people on the line will do. The rest of the story is up to the engine. */
export interface CallScript {
  callId?: string;
  /** Names the call in seeded choices (which of its messages get lost, …). Default: its ordinal number. */
  label?: string;
  /** How long the caller would talk; without it until somebody hangs up. */
  talkSeconds?: number;
  /** False: nobody ever picks up, the call never connects. */
  answered?: boolean;
  ringSeconds?: number;
  customerNumber?: string;
}

export const DEFAULT_RING_SECONDS = 2;

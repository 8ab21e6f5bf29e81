import { z } from 'zod';

/** What the people on the line will do. The rest of the story is up to the engine. */
export const callScriptSchema = z.strictObject({
  callId: z.string().min(1).optional(),
  /** Names the call in seeded choices (which of its messages get lost, …). Default: its ordinal number. */
  label: z.string().optional(),
  /** How long the caller would talk; without it until somebody hangs up. */
  talkSeconds: z.number().positive().optional(),
  /** False: nobody ever picks up, the call never connects. */
  answered: z.boolean().optional(),
  ringSeconds: z.number().min(0).optional(),
  customerNumber: z.string().optional(),
});

export type CallScript = z.infer<typeof callScriptSchema>;

export const DEFAULT_RING_SECONDS = 2;

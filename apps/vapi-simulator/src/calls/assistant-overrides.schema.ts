import { z } from 'zod';
import { webhookServerSchema } from './webhook-server.schema';

/** Vapi's own range; an answer outside it is an invalid assistant and the call does not happen. */
export const MIN_DURATION_SECONDS = 10;
export const MAX_DURATION_SECONDS = 43_200;
export const DEFAULT_MAX_DURATION_SECONDS = 600;

export const assistantOverridesSchema = z.looseObject({
  maxDurationSeconds: z.number().min(MIN_DURATION_SECONDS).max(MAX_DURATION_SECONDS).optional(),
  server: webhookServerSchema.optional(),
  serverMessages: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  variableValues: z.record(z.string(), z.unknown()).optional(),
  monitorPlan: z.looseObject({ controlEnabled: z.boolean().optional() }).optional(),
});

export type AssistantOverrides = z.infer<typeof assistantOverridesSchema>;

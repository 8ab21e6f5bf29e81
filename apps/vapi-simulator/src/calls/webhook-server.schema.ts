import { z } from 'zod';

/** Vapi's `Server` object: where events of a call go. Only what the simulator honours is typed, the rest is kept. */
export const backoffPlanSchema = z.looseObject({
  type: z.union([z.enum(['fixed', 'exponential']), z.looseObject({})]).default('fixed'),
  maxRetries: z.number().int().min(0).max(10),
  baseDelaySeconds: z.number().min(0).max(10),
  excludedStatusCodes: z.array(z.unknown()).optional(),
});

export const webhookServerSchema = z.looseObject({
  url: z.url().optional(),
  timeoutSeconds: z.number().min(1).max(300).optional(),
  secret: z.string().optional(),
  credentialId: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  backoffPlan: backoffPlanSchema.optional(),
});

export type BackoffPlan = z.infer<typeof backoffPlanSchema>;
export type WebhookServer = z.infer<typeof webhookServerSchema>;

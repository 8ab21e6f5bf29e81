import type { BackoffPlan } from '../calls/webhook-server.schema';

/**
 * How long to wait before attempt `attempt` + 1 (1 = the first was just refused), or undefined to give up.
 * Without a plan Vapi does not try again: that is its documented default, and why a lost report stays lost.
 */
export function retryDelayMs(plan: BackoffPlan | undefined, attempt: number, status?: number): number | undefined {
  if (!plan || attempt > plan.maxRetries) return undefined;
  if (status !== undefined && plan.excludedStatusCodes?.some((code) => Number(code) === status)) return undefined;
  const factor = isExponential(plan) ? 2 ** (attempt - 1) : 1;
  return plan.baseDelaySeconds * 1000 * factor;
}

/** The SDK types `type` as an object although the API takes a string: both are understood. */
function isExponential({ type }: BackoffPlan): boolean {
  return type === 'exponential' || (typeof type === 'object' && JSON.stringify(type).includes('exponential'));
}

import { VapiError } from '@vapi-ai/server-sdk';
import { failureNames } from './request-failure';

/** The HTTP status that Vapi answered, if it got as far as an answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof VapiError ? error.statusCode : undefined;
}

/** For the log: what kind of failure, without the answer's text (the SDK puts the whole body into its message). */
export function describeFailure(error: unknown): string {
  const status = statusOf(error);
  if (status !== undefined) return `Vapi answered ${status}`;
  return failureNames(error).join(', caused by ') || 'unknown failure';
}

import { VapiError, VapiTimeoutError } from '@vapi-ai/server-sdk';
import type { RefusalReason } from '../application/number-provider.port';
import { causeOf, fieldsOf, type ProviderFault, retryAfterSeconds, wasNeverSent } from './provider-fault';

export function vapiFaultOf(error: unknown): ProviderFault {
  if (error instanceof VapiError && error.statusCode !== undefined) {
    return {
      kind: 'answered',
      status: error.statusCode,
      detail: messageIn(error.body),
      retryAfterSeconds: retryAfterSeconds(error.rawResponse?.headers.get('retry-after')),
    };
  }
  if (wasNeverSent(error)) return { kind: 'never_sent', detail: `Vapi: ${causeOf(error)}` };
  const detail = error instanceof VapiTimeoutError ? 'timed out' : causeOf(error);
  return { kind: 'no_answer', detail: `Vapi: ${detail}` };
}

/** Vapi documents no error bodies; these are the shapes seen: `{message: string | string[], error, statusCode}`. */
function messageIn(body: unknown): string {
  if (typeof body === 'string') return body;
  const { message } = fieldsOf(body);
  if (Array.isArray(message)) return message.join('; ');
  return typeof message === 'string' ? message : 'no message';
}

const BY_STATUS: Record<number, RefusalReason> = {
  401: 'provider_auth_failed',
  402: 'provider_out_of_money',
  403: 'provider_auth_failed',
  429: 'provider_rate_limited',
};

/**
 * A 400 tells its reason only in prose ("This area code is currently not available. Hint: Try one of 701, 279."). The
 * words decide what the caller is told, never whether money moves: any 400 is a definite no.
 */
const BY_WORDS: readonly (readonly [RegExp, RefusalReason])[] = [
  [/area code/i, 'no_number_in_area_code'],
  [/\b(credits?|balance|payment|billing|wallet)\b/i, 'provider_out_of_money'],
  [/\b(limit|maximum|too many)\b/i, 'provider_limit_reached'],
];

export function vapiReasonOf({ status, detail }: { status: number; detail: string }): RefusalReason {
  return BY_STATUS[status] ?? BY_WORDS.find(([words]) => words.test(detail))?.[1] ?? 'provider_rejected';
}

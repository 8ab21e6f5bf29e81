import type { Vapi } from '@vapi-ai/server-sdk';

/** Where Vapi sends a number's webhooks. Unset: the URL that is configured for the whole Vapi account is used. */
export interface VapiWebhook {
  /** Absolute https URL of `POST /api/vapi/webhook`. */
  url: string;
  /** Sent as `Authorization: Bearer` and as `X-Vapi-Secret`. Leave out when a credential does the signing. */
  secret?: string;
  /** Id of a custom credential at Vapi (bearer, OAuth or HMAC). */
  credentialId?: string;
}

/** Vapi's own default, written down so that a change of theirs does not change us. Range 1–300. */
const ANSWER_TIMEOUT_SECONDS = 20;

/** Vapi's maxima. Its default is no retry at all: an end-of-call report that meets our restart would be lost. */
const MAX_RETRIES = 10;
const BASE_DELAY_SECONDS = 10;

/** Answers that a repeat cannot change. */
const FINAL_STATUS_CODES = [400, 401, 403, 404];

/**
 * The `server` of a number. The secret goes out twice because Vapi has been seen to send its own, empty
 * `X-Vapi-Secret` when no credential is attached; a webhook must accept either header.
 */
export function vapiServerOf({ url, secret, credentialId }: VapiWebhook): Vapi.Server {
  return {
    url,
    timeoutSeconds: ANSWER_TIMEOUT_SECONDS,
    ...(credentialId ? { credentialId } : {}),
    ...(secret ? { headers: { Authorization: `Bearer ${secret}`, 'X-Vapi-Secret': secret } } : {}),
    // The SDK generates these two as objects; the API's own examples and its validation want a string and numbers.
    backoffPlan: {
      type: 'exponential' as unknown as Vapi.BackoffPlan['type'],
      maxRetries: MAX_RETRIES,
      baseDelaySeconds: BASE_DELAY_SECONDS,
      excludedStatusCodes: FINAL_STATUS_CODES as unknown as Vapi.BackoffPlan['excludedStatusCodes'],
    },
  };
}

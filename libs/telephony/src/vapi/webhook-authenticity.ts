import { equalInConstantTime } from '../domain/constant-time';
import { headerOf } from './delivery-header.reader';
import type { DeliveryHeaders } from './redact-headers';
import { verifySignature, type WebhookSignatureSettings } from './webhook-signature';

export const SECRET_HEADER = 'x-vapi-secret';
export const BEARER_HEADER = 'authorization';

export interface WebhookAuthenticitySettings {
  /**
   * Shared secrets that are valid now (several during a rotation), printable ASCII as headers carry nothing else. Empty ones
   * never match: Vapi sends `X-Vapi-Secret` empty when no credential is attached.
   */
  readonly secrets: readonly string[];
  /** Signed webhooks; undefined when no HMAC secret is configured. */
  readonly signature?: WebhookSignatureSettings;
}

export type AuthenticityVerdict =
  | { readonly authentic: true; readonly by: 'signature' | 'secret' | 'bearer' }
  /** `reason` names headers and lengths, never a value: it may be logged. */
  | { readonly authentic: false; readonly reason: string };

/**
 * Whether a webhook delivery comes from Vapi.
 *
 * When signatures are configured and the signature header is there, the signature alone decides: a wrong one is not saved by a
 * right secret. Otherwise a configured secret in `X-Vapi-Secret` or `Authorization: Bearer` is enough, so that unsigned
 * and signed credentials can live side by side. A header that came twice never matches. A true copy of a delivery
 * within the time window is accepted: every handler is idempotent.
 *
 * @param rawBody the bytes as received; a re-serialised body has another signature.
 */
export function judgeAuthenticity(
  headers: DeliveryHeaders,
  rawBody: Buffer,
  now: Date,
  settings: WebhookAuthenticitySettings,
): AuthenticityVerdict {
  const { signature } = settings;
  const isSigned = signature !== undefined && headerOf(headers, signature.signatureHeader).sent;
  if (isSigned) {
    const refusal = verifySignature(headers, rawBody, now, signature);
    return refusal === undefined ? { authentic: true, by: 'signature' } : { authentic: false, reason: refusal };
  }
  if (matchesAny(settings.secrets, headerOf(headers, SECRET_HEADER).value)) return { authentic: true, by: 'secret' };
  if (matchesAny(settings.secrets, bearerTokenOf(headers))) return { authentic: true, by: 'bearer' };
  return { authentic: false, reason: whatWasSeen(headers, signature) };
}

/** Every secret is compared, also after a match: the time taken tells nothing about which one it was. */
function matchesAny(secrets: readonly string[], candidate: string | undefined): boolean {
  if (candidate === undefined) return false;
  return secrets.filter((secret) => secret !== '' && equalInConstantTime(secret, candidate)).length > 0;
}

function bearerTokenOf(headers: DeliveryHeaders): string | undefined {
  return /^bearer +(\S.*)$/i.exec(headerOf(headers, BEARER_HEADER).value ?? '')?.[1];
}

function whatWasSeen(headers: DeliveryHeaders, signature: WebhookSignatureSettings | undefined): string {
  const names = [SECRET_HEADER, BEARER_HEADER, ...(signature ? [signature.signatureHeader] : [])];
  return `no credential matches: ${names.map((name) => headerOf(headers, name).seen).join(', ')}`;
}

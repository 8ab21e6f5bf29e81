import { createHmac } from 'node:crypto';
import { equalInConstantTime } from './constant-time';

/** What a call's metadata says about who pays for it, as it came: nothing in it is trusted before `verifyTenantClaims`. */
export interface TenantClaim {
  readonly orgId: string;
  /** The id under which the reseller reserved credit for this call before starting it; missing when it did not. */
  readonly callId?: string;
  /** Lower-case hex HMAC-SHA256, as `signTenantClaim` makes it; missing on unsigned metadata. */
  readonly sig?: string;
}

export type SignedTenantClaim = TenantClaim & { readonly sig: string };

const SIGNATURE_PATTERN = /^[0-9a-f]{64}$/;
/** Stands in no organisation's id, so that what is signed with a call id is never what is signed without one. */
const SEPARATOR = ':';

/**
 * Metadata by which a web or outbound call names the organisation that pays for it, and the hold that was reserved for it
 * beforehand. The reseller's backend puts it into `assistantOverrides.metadata` when it starts the call:
 *
 *     metadata: { orgId, callId, sig: createHmac('sha256', secret).update(`${orgId}:${callId}`).digest('hex') }
 *     metadata: { orgId, sig: createHmac('sha256', secret).update(orgId).digest('hex') }
 *
 * The overrides of a web call travel through the visitor's browser, so the secret must stay on the backend. Whoever has seen
 * signed metadata can start further calls for the same organisation, never for another one, and never on the same hold.
 */
export function signTenantClaim(secret: string, orgId: string, callId?: string): SignedTenantClaim {
  const claim = { orgId, ...(callId !== undefined && { callId }) };
  return { ...claim, sig: signatureOf(secret, claim) };
}

/** What a signature proves. */
export type ProvenClaim = Omit<TenantClaim, 'sig'>;

/**
 * What the correctly signed claims prove, in their order. A call id that the signature does not cover is left out.
 *
 * @param secrets all secrets that are valid now (two during a rotation). Empty ones never verify anything.
 */
export function verifyTenantClaims(secrets: readonly string[], claims: readonly TenantClaim[]): readonly ProvenClaim[] {
  return claims.flatMap(({ orgId, callId, sig }) => {
    if (sig === undefined || !SIGNATURE_PATTERN.test(sig) || orgId.includes(SEPARATOR)) return [];
    const readings: ProvenClaim[] = callId === undefined ? [{ orgId }] : [{ orgId, callId }, { orgId }];
    return readings.filter((reading) => isSigned(secrets, reading, sig)).slice(0, 1);
  });
}

function isSigned(secrets: readonly string[], claim: ProvenClaim, sig: string): boolean {
  return secrets.some((secret) => secret !== '' && equalInConstantTime(sig, signatureOf(secret, claim)));
}

function signatureOf(secret: string, { orgId, callId }: ProvenClaim): string {
  const signed = callId === undefined ? orgId : `${orgId}${SEPARATOR}${callId}`;
  return createHmac('sha256', secret).update(signed).digest('hex');
}

import { createHmac } from 'node:crypto';
import { equalInConstantTime } from './constant-time';

/** What a call's metadata says about its tenant, as it came: nothing in it is trusted before `verifyTenantClaim`. */
export interface TenantClaim {
  readonly orgId: string;
  /** Lower-case hex HMAC-SHA256 of the organisation's id, as `signTenantClaim` makes it; missing on unsigned metadata. */
  readonly sig?: string;
}

const SIGNATURE_PATTERN = /^[0-9a-f]{64}$/;

/**
 * Metadata by which a web or outbound call names the organisation that pays for it. The reseller's backend puts it into
 * `assistantOverrides.metadata` when it starts the call:
 *
 *     metadata: { orgId, sig: createHmac('sha256', secret).update(orgId).digest('hex') }
 *
 * The overrides of a web call travel through the visitor's browser, so the secret must stay on the backend. Whoever has seen
 * a signed pair can start further calls for the same organisation, never for another one.
 */
export function signTenantClaim(secret: string, orgId: string): Required<TenantClaim> {
  return { orgId, sig: signatureOf(secret, orgId) };
}

/**
 * The organisation that the first correctly signed claim names; undefined when there is none.
 *
 * @param secrets all secrets that are valid now (two during a rotation). Empty ones never verify anything.
 */
export function verifyTenantClaim(secrets: readonly string[], claims: readonly TenantClaim[]): string | undefined {
  return claims.find((claim) => isSigned(secrets, claim))?.orgId;
}

function isSigned(secrets: readonly string[], { orgId, sig }: TenantClaim): boolean {
  if (sig === undefined || !SIGNATURE_PATTERN.test(sig)) return false;
  return secrets.some((secret) => secret !== '' && equalInConstantTime(sig, signatureOf(secret, orgId)));
}

function signatureOf(secret: string, orgId: string): string {
  return createHmac('sha256', secret).update(orgId).digest('hex');
}

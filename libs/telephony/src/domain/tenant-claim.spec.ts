import { createHmac } from 'node:crypto';
import { signTenantClaim, verifyTenantClaim } from './tenant-claim';

const ORG = '0d9f2a34-6b1c-4e57-8f20-3c4d5e6f7a81';
const OTHER = '5e8a7c66-92d3-4b0f-a1e4-77c0b8d9e2f3';
const SECRET = 'claim-secret-of-the-test';

describe('the organisation that metadata names', () => {
  it('is believed when signed as the docstring tells a reseller to', () => {
    const sig = createHmac('sha256', SECRET).update(ORG).digest('hex');
    expect(signTenantClaim(SECRET, ORG)).toEqual({ orgId: ORG, sig });
    expect(verifyTenantClaim([SECRET], [{ orgId: ORG, sig }])).toBe(ORG);
  });

  test.each<[string, readonly string[], { orgId: string; sig?: string }]>([
    ['is unsigned', [SECRET], { orgId: ORG }],
    ['has an empty signature', [SECRET], { orgId: ORG, sig: '' }],
    ['carries the signature of another one', [SECRET], { ...signTenantClaim(SECRET, OTHER), orgId: ORG }],
    ['is signed with another secret', [SECRET], signTenantClaim('another secret', ORG)],
    ['is signed in capitals', [SECRET], { orgId: ORG, sig: signTenantClaim(SECRET, ORG).sig.toUpperCase() }],
    ['is signed with the empty secret and none is configured', [''], signTenantClaim('', ORG)],
    ['meets no secret at all', [], signTenantClaim(SECRET, ORG)],
  ])('is not believed when it %s', (_claim, secrets, claim) => {
    expect(verifyTenantClaim(secrets, [claim])).toBeUndefined();
  });

  it('is the first one that is signed, wherever unsigned ones stand', () => {
    expect(verifyTenantClaim([SECRET], [{ orgId: OTHER }, signTenantClaim(SECRET, ORG)])).toBe(ORG);
  });

  it('is believed by the old and the new secret during a rotation', () => {
    const secrets = ['new secret', SECRET];
    expect(verifyTenantClaim(secrets, [signTenantClaim(SECRET, ORG)])).toBe(ORG);
    expect(verifyTenantClaim(secrets, [signTenantClaim('new secret', OTHER)])).toBe(OTHER);
  });
});

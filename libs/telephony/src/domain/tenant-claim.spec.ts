import { createHmac } from 'node:crypto';
import { signTenantClaim, verifyTenantClaims, type TenantClaim } from './tenant-claim';

const ORG = '0d9f2a34-6b1c-4e57-8f20-3c4d5e6f7a81';
const OTHER = '5e8a7c66-92d3-4b0f-a1e4-77c0b8d9e2f3';
const SECRET = 'claim-secret-of-the-test';

/** What is believed first. */
const believed = (secrets: readonly string[], claims: readonly TenantClaim[]) => verifyTenantClaims(secrets, claims)[0];

describe('the organisation that metadata names', () => {
  it('is believed when signed as the docstring tells a reseller to', () => {
    const sig = createHmac('sha256', SECRET).update(ORG).digest('hex');
    expect(signTenantClaim(SECRET, ORG)).toEqual({ orgId: ORG, sig });
    expect(believed([SECRET], [{ orgId: ORG, sig }])).toEqual({ orgId: ORG });
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
    expect(believed(secrets, [claim])).toBeUndefined();
  });

  it('is the first one that is signed, wherever unsigned ones stand', () => {
    expect(believed([SECRET], [{ orgId: OTHER }, signTenantClaim(SECRET, ORG)])).toEqual({ orgId: ORG });
  });

  it('is believed by the old and the new secret during a rotation', () => {
    const secrets = ['new secret', SECRET];
    expect(believed(secrets, [signTenantClaim(SECRET, ORG)])).toEqual({ orgId: ORG });
    expect(believed(secrets, [signTenantClaim('new secret', OTHER)])).toEqual({ orgId: OTHER });
  });
});

describe('the hold that metadata names', () => {
  const HOLD = 'hold-of-the-reseller-0001';
  const both = (orgId: string, callId: string) =>
    createHmac('sha256', SECRET).update(`${orgId}:${callId}`).digest('hex');

  it('is believed when signed together with its organisation', () => {
    const claim = signTenantClaim(SECRET, ORG, HOLD);
    expect(claim).toEqual({ orgId: ORG, callId: HOLD, sig: both(ORG, HOLD) });
    expect(believed([SECRET], [claim])).toEqual({ orgId: ORG, callId: HOLD });
  });

  it('is left out when only the organisation is signed: others may keep a call id of theirs in the metadata', () => {
    expect(believed([SECRET], [{ ...signTenantClaim(SECRET, ORG), callId: HOLD }])).toEqual({ orgId: ORG });
  });

  test.each<[string, TenantClaim]>([
    ['is exchanged', { ...signTenantClaim(SECRET, ORG, HOLD), callId: 'hold-of-the-reseller-0002' }],
    ['is taken away', { orgId: ORG, sig: both(ORG, HOLD) }],
    ['moves to another organisation', { ...signTenantClaim(SECRET, ORG, HOLD), orgId: OTHER }],
    ['is glued to the organisation', { orgId: `${ORG}:${HOLD}`, sig: both(ORG, HOLD) }],
    ['lends its beginning to the organisation', { orgId: `${ORG}:a`, callId: 'b', sig: both(ORG, 'a:b') }],
  ])('is not believed, nor its organisation, when it %s', (_claim, claim) => {
    expect(believed([SECRET], [claim])).toBeUndefined();
  });
});

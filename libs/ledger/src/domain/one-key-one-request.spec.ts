import { fingerprintOf, repeatOf } from './idempotency';
import type { JournalEntry } from './journal-entry';
import { exampleWallet, MEMO } from './wallet.examples';

const ASKED = ['org', 'phone_number', 1_000, 'a number'] as const;

describe('the fingerprint of a request', () => {
  it('is the same for the same request', () => {
    expect(fingerprintOf('deduct-asset', ASKED)).toBe(fingerprintOf('deduct-asset', [...ASKED]));
  });

  it('takes a field that was left out and null for the same', () => {
    expect(fingerprintOf('deduct-asset', ['org', undefined])).toBe(fingerprintOf('deduct-asset', ['org', null]));
  });

  it.each([
    ['another operation', 'add-credits', ASKED],
    ['another organization', 'deduct-asset', ['org-2', 'phone_number', 1_000, 'a number']],
    ['another amount', 'deduct-asset', ['org', 'phone_number', 1_001, 'a number']],
    ['another description', 'deduct-asset', ['org', 'phone_number', 1_000, 'another']],
    ['fields run together', 'deduct-asset', ['org', 'phone_number', 1_000, 'a', ' number']],
    ['a number as text', 'deduct-asset', ['org', 'phone_number', '1000', 'a number']],
    ['nothing where there was text', 'deduct-asset', ['org', 'phone_number', 1_000, null]],
  ])('differs for %s', (_, operation, fields) => {
    expect(fingerprintOf(operation, fields)).not.toBe(fingerprintOf('deduct-asset', ASKED));
  });
});

describe('a key that was used before', () => {
  const requestFingerprint = fingerprintOf('deduct-asset', ASKED);
  const memo = { ...MEMO, idempotencyKey: 'order-1', requestFingerprint };
  const earlier = exampleWallet({ balancePence: 1_000 }).deductAsset('phone_number', 1_000, memo) as JournalEntry;

  it('gives the first entry again for the same request', () => {
    expect(repeatOf(earlier, fingerprintOf('deduct-asset', ASKED))).toBe(earlier);
  });

  it('is refused for any other request', () => {
    expect(repeatOf(earlier, fingerprintOf('deduct-asset', ['other']))).toMatchObject({
      code: 'idempotency_key_reused',
    });
  });
});

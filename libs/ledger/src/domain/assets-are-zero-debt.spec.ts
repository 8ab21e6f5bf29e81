import { MAX_PENCE } from '@holdfast/kernel';
import { ASSET_TYPES } from './journal-entry';
import { exampleWallet, MEMO, NOON } from './wallet.examples';

describe('an asset', () => {
  it.each(ASSET_TYPES)('of type %s is one debit of the balance, booked to revenue:assets', (type) => {
    const wallet = exampleWallet({ balancePence: 1_500, heldPence: 300, version: 7 });
    const entry = wallet.deductAsset(type, 1_000, { ...MEMO, description: 'a number', idempotencyKey: 'order-1' });
    expect(wallet.entries).toEqual([entry]);
    expect(entry).toMatchObject({
      type,
      seq: 8,
      amountPence: 1_000,
      balanceBeforePence: 1_500,
      balanceAfterPence: 500,
      heldBeforePence: 300,
      heldAfterPence: 300,
      counterAccount: 'revenue:assets',
      description: 'a number',
      idempotencyKey: 'order-1',
      createdBy: 'test',
      createdAt: NOON,
    });
    expect(wallet.state).toMatchObject({ balancePence: 500, heldPence: 300, version: 8 });
  });

  it('may take the last penny that is not held', () => {
    const wallet = exampleWallet({ balancePence: 1_280, heldPence: 280 });
    expect(wallet.deductAsset('did', 1_000, MEMO)).toMatchObject({ balanceAfterPence: 280 });
    expect(wallet.effectivePence).toBe(0);
  });

  it('is never paid with money that is held for a call', () => {
    const wallet = exampleWallet({ balancePence: 1_280, heldPence: 280 });
    expect(wallet.deductAsset('did', 1_001, MEMO)).toMatchObject({
      code: 'insufficient_balance',
      facts: { balancePence: 1_280, effectiveBalancePence: 1_000, requiredPence: 1_001, shortfallPence: 1 },
    });
  });

  it('is never paid on credit: the debt limit is for calls', () => {
    const wallet = exampleWallet({ balancePence: 100, debtLimitPence: 5_000 });
    expect(wallet.deductAsset('license', 101, MEMO)).toMatchObject({
      code: 'insufficient_balance',
      facts: { balancePence: 100, effectiveBalancePence: 100, requiredPence: 101, shortfallPence: 1 },
    });
  });

  it('of any price is paid to the penny', () => {
    const wallet = exampleWallet({ balancePence: MAX_PENCE });
    expect(wallet.deductAsset('phone_number', MAX_PENCE - 1, MEMO)).toMatchObject({ balanceAfterPence: 1 });
  });
});

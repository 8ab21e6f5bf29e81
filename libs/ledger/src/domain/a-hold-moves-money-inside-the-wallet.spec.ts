import { MAX_PENCE } from '@holdfast/kernel';
import { exampleWallet, MEMO } from './wallet.examples';

const CALL = { ...MEMO, callId: 'call-1' };

describe('a hold', () => {
  it('leaves the balance, raises what is held, and has no counter account', () => {
    const wallet = exampleWallet({ balancePence: 1_000, heldPence: 100 });
    expect(wallet.hold(280, CALL)).toBeUndefined();
    expect(wallet.entries).toMatchObject([
      {
        type: 'reservation',
        amountPence: 280,
        balanceBeforePence: 1_000,
        balanceAfterPence: 1_000,
        heldBeforePence: 100,
        heldAfterPence: 380,
        counterAccount: null,
        callId: 'call-1',
      },
    ]);
    expect(wallet.effectivePence).toBe(620);
  });

  it('may use the effective balance and the debt limit, to the penny', () => {
    const wallet = exampleWallet({ balancePence: 100, heldPence: 40, debtLimitPence: 220 });
    expect(wallet.hold(281, CALL)).toMatchObject({
      code: 'insufficient_balance',
      facts: { balancePence: 100, effectiveBalancePence: 60, requiredPence: 281, shortfallPence: 1 },
    });
    expect(wallet.hold(280, CALL)).toBeUndefined();
    expect(wallet.spendablePence).toBe(0);
  });

  it('of nothing leaves no entry', () => {
    const wallet = exampleWallet();
    expect(wallet.hold(0, CALL)).toBeUndefined();
    expect(wallet.entries).toEqual([]);
  });

  it('is refused where the sum of holds would no longer be exact', () => {
    const wallet = exampleWallet({ balancePence: MAX_PENCE, heldPence: MAX_PENCE, debtLimitPence: MAX_PENCE });
    expect(wallet.hold(1, CALL)).toMatchObject({ code: 'amount_out_of_range' });
  });

  it('given back restores the effective balance', () => {
    const wallet = exampleWallet({ balancePence: 1_000, heldPence: 280 });
    wallet.releaseHold(280, CALL);
    expect(wallet.entries).toMatchObject([
      {
        type: 'reservation_release',
        amountPence: 280,
        balanceAfterPence: 1_000,
        heldAfterPence: 0,
        counterAccount: null,
      },
    ]);
    expect(wallet.effectivePence).toBe(1_000);
  });

  it('of nothing is given back without an entry', () => {
    const wallet = exampleWallet();
    wallet.releaseHold(0, CALL);
    expect(wallet.entries).toEqual([]);
  });

  it('is never given back beyond what is held: that is a fault, not a refusal', () => {
    const wallet = exampleWallet({ balancePence: 1_000, heldPence: 279 });
    expect(() => wallet.releaseHold(280, CALL)).toThrow('would break wallet');
    expect(wallet.state).toMatchObject({ balancePence: 1_000, heldPence: 279 });
  });
});

describe('the debt limit', () => {
  it('is changed without an entry', () => {
    const wallet = exampleWallet({ debtLimitPence: 100, version: 3 });
    expect(wallet.changeDebtLimit(200)).toBeUndefined();
    expect(wallet.state).toMatchObject({ debtLimitPence: 200, version: 3 });
    expect(wallet.entries).toEqual([]);
  });

  it('never falls below what is in use', () => {
    const wallet = exampleWallet({ balancePence: 100, heldPence: 180, debtLimitPence: 500 });
    expect(wallet.changeDebtLimit(79)).toMatchObject({
      code: 'debt_limit_in_use',
      facts: { balancePence: 100, effectiveBalancePence: -80 },
    });
    expect(wallet.changed).toBe(false);
    expect(wallet.changeDebtLimit(80)).toBeUndefined();
    expect(wallet.state.debtLimitPence).toBe(80);
  });

  it('set to what it is changes nothing', () => {
    const wallet = exampleWallet({ debtLimitPence: 100 });
    expect(wallet.changeDebtLimit(100)).toBeUndefined();
    expect(wallet.changed).toBe(false);
  });
});

import { MAX_PENCE } from '@holdfast/kernel';
import { exampleArrears, exampleWallet, MEMO } from './wallet.examples';

describe('a credit', () => {
  it.each([
    ['topup', 'cash'],
    ['bonus', 'promotions'],
    ['refund', 'revenue:calls'],
    ['adjustment', 'adjustments'],
  ] as const)('of type %s adds to the balance and is booked to %s', (type, counterAccount) => {
    const wallet = exampleWallet({ balancePence: 10, heldPence: 5 });
    const entry = wallet.credit(type, 2_000, [], MEMO);
    expect(wallet.entries).toEqual([entry]);
    expect(entry).toMatchObject({
      type,
      amountPence: 2_000,
      balanceBeforePence: 10,
      balanceAfterPence: 2_010,
      heldBeforePence: 5,
      heldAfterPence: 5,
      counterAccount,
      arrearsCollectedPence: 0,
    });
  });

  it('that refunds goes back to the account its original had credited', () => {
    const memo = { ...MEMO, refundOf: 'the-original' };
    const entry = exampleWallet().credit('refund', 1_000, [], memo, 'revenue:assets');
    expect(entry).toMatchObject({ counterAccount: 'revenue:assets', refundOf: 'the-original' });
  });

  it('pays the oldest arrears first, each as its own call_deduction', () => {
    const owed = [exampleArrears('call-1', 100), exampleArrears('call-2', 300), exampleArrears('call-3', 50)];
    const wallet = exampleWallet({ arrearsPence: 450 });
    const entry = wallet.credit('topup', 250, owed, MEMO);
    expect(entry).toMatchObject({ amountPence: 250, balanceAfterPence: 250, arrearsCollectedPence: 250 });
    expect(wallet.entries.slice(1)).toMatchObject([
      {
        type: 'call_deduction',
        amountPence: 100,
        balanceAfterPence: 150,
        callId: 'call-1',
        arrearsId: 'arrears-of-call-1',
      },
      {
        type: 'call_deduction',
        amountPence: 150,
        balanceAfterPence: 0,
        callId: 'call-2',
        arrearsId: 'arrears-of-call-2',
      },
    ]);
    expect(owed.map((each) => each.openPence)).toEqual([0, 150, 50]);
    expect(wallet.state).toMatchObject({ balancePence: 0, arrearsPence: 200 });
  });

  it('pays all arrears and keeps the rest, and continues where an earlier credit stopped', () => {
    const owed = [exampleArrears('call-1', 300, 120), exampleArrears('call-2', 70)];
    const wallet = exampleWallet({ balancePence: 5, arrearsPence: 250 });
    wallet.credit('bonus', 1_000, owed, MEMO);
    expect(wallet.entries.map((entry) => entry.amountPence)).toEqual([1_000, 180, 70]);
    expect(wallet.state).toMatchObject({ balancePence: 755, arrearsPence: 0 });
  });

  it('collects only from itself, never from what the wallet had before', () => {
    const owed = [exampleArrears('call-1', 500)];
    const wallet = exampleWallet({ balancePence: 400, heldPence: 400, arrearsPence: 500 });
    wallet.credit('topup', 1, owed, MEMO);
    expect(wallet.state).toMatchObject({ balancePence: 400, heldPence: 400, arrearsPence: 499 });
  });

  it('does not carry its idempotency key over to the arrears it pays', () => {
    const wallet = exampleWallet({ arrearsPence: 50 });
    const memo = { ...MEMO, idempotencyKey: 'topup-1', requestFingerprint: 'f' };
    wallet.credit('topup', 60, [exampleArrears('call-1', 50)], memo);
    expect(wallet.entries.map((entry) => entry.idempotencyKey)).toEqual(['topup-1', null]);
  });

  it('is not given while arrears are owed that nothing explains', () => {
    const wallet = exampleWallet({ arrearsPence: 50 });
    expect(() => wallet.credit('topup', 100, [exampleArrears('call-1', 20)], MEMO)).toThrow('owes 30 pence');
  });

  it('that would leave the range of exact amounts is refused, never wrapped', () => {
    const wallet = exampleWallet({ balancePence: MAX_PENCE - 10 });
    expect(wallet.credit('topup', 11, [], MEMO)).toMatchObject({ code: 'amount_out_of_range' });
    expect(wallet.credit('topup', MAX_PENCE, [], MEMO)).toMatchObject({ code: 'amount_out_of_range' });
    expect(wallet.credit('topup', 10, [], MEMO)).toMatchObject({ balanceAfterPence: MAX_PENCE });
  });
});

describe('a negative adjustment', () => {
  it('is a debit booked to adjustments', () => {
    const wallet = exampleWallet({ balancePence: 500 });
    expect(wallet.credit('adjustment', -200, [], MEMO)).toMatchObject({
      type: 'adjustment',
      amountPence: 200,
      balanceBeforePence: 500,
      balanceAfterPence: 300,
      counterAccount: 'adjustments',
    });
  });

  it('goes down to the limit and no further', () => {
    const wallet = exampleWallet({ balancePence: 500, heldPence: 100, debtLimitPence: 50 });
    expect(wallet.credit('adjustment', -451, [], MEMO)).toMatchObject({
      code: 'insufficient_balance',
      facts: { requiredPence: 451, shortfallPence: 1 },
    });
    expect(wallet.credit('adjustment', -450, [], MEMO)).toMatchObject({ balanceAfterPence: 50 });
    expect(wallet.spendablePence).toBe(0);
  });

  it('collects no arrears', () => {
    const owed = [exampleArrears('call-1', 80)];
    const wallet = exampleWallet({ balancePence: 500, arrearsPence: 80 });
    wallet.credit('adjustment', -100, owed, MEMO);
    expect(wallet.state).toMatchObject({ balancePence: 400, arrearsPence: 80 });
  });
});

describe('arrears', () => {
  it.each([0, -1, 101])('of 100p are never collected by %dp', (pence) => {
    expect(() => exampleArrears('call-1', 100).collect(pence)).toThrow(RangeError);
  });
});

import { exampleWallet, MEMO } from './wallet.examples';

const CALL = { ...MEMO, callId: 'call-1' };

/** [what it shows, wallet, cost, hold of the call, charged, uncollected, balance after, held after] */
const CHARGES = [
  ['all from the hold', { balancePence: 500, heldPence: 280 }, 168, 280, 168, 0, 332, 112],
  ['the hold to the penny', { balancePence: 500, heldPence: 280 }, 280, 280, 280, 0, 220, 0],
  ['beyond the hold from the effective balance', { balancePence: 1_000, heldPence: 280 }, 560, 280, 560, 0, 440, 0],
  ['never from the hold of another call', { balancePence: 1_000, heldPence: 900 }, 560, 280, 380, 180, 620, 620],
  ['then from the debt limit', { balancePence: 280, heldPence: 280, debtLimitPence: 100 }, 380, 280, 380, 0, -100, 0],
  ['the rest is owed', { balancePence: 280, heldPence: 280, debtLimitPence: 100 }, 560, 280, 380, 180, -100, 0],
  ['without a hold from the balance', { balancePence: 100 }, 56, 0, 56, 0, 44, 0],
  ['without a hold or money all is owed', {}, 56, 0, 0, 56, 0, 0],
] as const;

describe('a charge', () => {
  it.each(CHARGES)('is paid %s', (_, state, cost, hold, charged, uncollected, balanceAfter, heldAfter) => {
    const wallet = exampleWallet(state);
    const capture = wallet.capture(cost, hold, CALL);
    expect(capture).toMatchObject({ chargedPence: charged, uncollectedPence: uncollected });
    expect(capture.chargedPence + capture.uncollectedPence).toBe(cost);
    expect(wallet.state).toMatchObject({ balancePence: balanceAfter, heldPence: heldAfter, arrearsPence: uncollected });
  });

  it('is one call_deduction, booked to revenue:calls', () => {
    const wallet = exampleWallet({ balancePence: 1_000, heldPence: 280 });
    const { entry } = wallet.capture(560, 280, CALL);
    expect(wallet.entries).toEqual([entry]);
    expect(entry).toMatchObject({
      type: 'call_deduction',
      amountPence: 560,
      balanceBeforePence: 1_000,
      balanceAfterPence: 440,
      heldBeforePence: 280,
      heldAfterPence: 0,
      counterAccount: 'revenue:calls',
      callId: 'call-1',
      arrearsId: null,
    });
  });

  it('of nothing leaves no entry and no arrears', () => {
    const wallet = exampleWallet({ balancePence: 500, heldPence: 280 });
    expect(wallet.capture(0, 280, CALL)).toEqual({ entry: null, chargedPence: 0, uncollectedPence: 0 });
    expect(wallet.entries).toEqual([]);
  });

  it('adds to the arrears that are owed already', () => {
    const wallet = exampleWallet({ arrearsPence: 40 });
    wallet.capture(56, 0, CALL);
    expect(wallet.state.arrearsPence).toBe(96);
  });
});

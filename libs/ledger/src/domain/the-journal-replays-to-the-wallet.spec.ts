import { isRefusal, MAX_PENCE, newId, type Pence } from '@holdfast/kernel';
import fc from 'fast-check';
import { Arrears } from './arrears';
import { ASSET_TYPES, CREDIT_TYPES, type JournalEntry } from './journal-entry';
import type { Wallet } from './wallet';
import { exampleWallet, MEMO, NOON } from './wallet.examples';

/** A wallet with what surrounds it: the holds of its running calls and what ended calls owe. */
class Book {
  readonly wallet: Wallet;
  readonly holds: Pence[] = [];
  readonly owed: Arrears[] = [];
  refused = 0;

  constructor(debtLimitPence: Pence) {
    this.wallet = exampleWallet({ debtLimitPence });
  }

  takeHold(pick: number): Pence {
    return this.holds.splice(pick % Math.max(1, this.holds.length), 1)[0] ?? 0;
  }
}

/** One step of a history. Says whether the rules allow it, worked out from the wallet's figures alone. */
type Step = (book: Book) => { allowed: boolean; outcome: unknown };

const pence = fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 20_000 }));
const hugePence = fc.integer({ min: MAX_PENCE - 20_000, max: MAX_PENCE });

const credit = fc
  .tuple(
    fc.constantFrom(...CREDIT_TYPES),
    fc.oneof({ weight: 9, arbitrary: pence }, { weight: 1, arbitrary: hugePence }),
  )
  .map(([type, amount]): Step => {
    return ({ wallet, owed }) => {
      const allowed = BigInt(wallet.state.balancePence) + BigInt(amount) <= BigInt(MAX_PENCE);
      return { allowed, outcome: wallet.credit(type, amount, owed, MEMO) };
    };
  });
const debit = pence.map((amount): Step => {
  return ({ wallet }) => {
    const { balancePence, heldPence, debtLimitPence } = wallet.state;
    const allowed = balancePence - heldPence - amount >= -debtLimitPence;
    return { allowed, outcome: wallet.credit('adjustment', -amount, [], MEMO) };
  };
});
const asset = fc.tuple(fc.constantFrom(...ASSET_TYPES), pence).map(([type, cost]): Step => {
  return ({ wallet }) => {
    const allowed = wallet.state.balancePence - wallet.state.heldPence >= cost;
    return { allowed, outcome: wallet.deductAsset(type, cost, MEMO) };
  };
});
const hold = pence.map((amount): Step => {
  return ({ wallet, holds }) => {
    const { balancePence, heldPence, debtLimitPence } = wallet.state;
    const allowed = balancePence - heldPence + debtLimitPence >= amount;
    const outcome = wallet.hold(amount, MEMO);
    if (!isRefusal(outcome)) holds.push(amount);
    return { allowed, outcome };
  };
});
const release = fc.nat().map((pick): Step => {
  return (book) => ({ allowed: true, outcome: book.wallet.releaseHold(book.takeHold(pick), MEMO) });
});
const capture = fc.tuple(fc.nat(), fc.oneof(fc.constant(0), pence)).map(([pick, cost]): Step => {
  return (book) => {
    const held = book.takeHold(pick);
    const callId = newId();
    const outcome = book.wallet.capture(cost, held, { ...MEMO, callId });
    book.wallet.releaseHold(Math.max(held - outcome.chargedPence, 0), MEMO);
    const { uncollectedPence } = outcome;
    if (uncollectedPence > 0) book.owed.push(new Arrears(newId(), 'org', callId, null, uncollectedPence, 0, NOON));
    return { allowed: true, outcome };
  };
});
const debtLimit = fc.nat(2_000).map((limit): Step => {
  return ({ wallet }) => {
    const allowed = wallet.state.balancePence - wallet.state.heldPence >= -limit;
    return { allowed, outcome: wallet.changeDebtLimit(limit) };
  };
});
const anyStep = fc.oneof(credit, debit, asset, hold, hold, release, capture, capture, debtLimit);

/** Takes the step and says what is wrong afterwards; undefined when nothing is. */
function faultAfter(step: Step, book: Book): string | undefined {
  const before = book.wallet.state;
  const entriesBefore = book.wallet.entries.length;
  const { allowed, outcome } = step(book);
  const { state, entries, effectivePence, spendablePence } = book.wallet;
  if (isRefusal(outcome) === allowed) return allowed ? 'refused what the rules allow' : 'allowed what the rules refuse';
  if (isRefusal(outcome)) {
    book.refused += 1;
    return state === before && entries.length === entriesBefore ? undefined : 'a refusal changed something';
  }
  if (state.heldPence !== sum(book.holds)) return 'held is not the sum of the holds';
  if (state.arrearsPence !== sum(book.owed.map((each) => each.openPence))) return 'arrears are not what is owed';
  if (state.heldPence < 0 || spendablePence < 0) return 'below the limit';
  if (effectivePence !== state.balancePence - state.heldPence) return 'effective is not balance − held';
  return undefined;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

/** What an entry did to the wallet, told by its type and amount alone. */
function movement({ type, amountPence, balanceBeforePence, balanceAfterPence }: JournalEntry): [bigint, bigint?] {
  const amount = BigInt(amountPence);
  if (type === 'reservation') return [0n, amount];
  if (type === 'reservation_release') return [0n, -amount];
  if (type === 'call_deduction') return [-amount]; // how much of it came from the hold, its before and after say
  if (type === 'adjustment') return [balanceAfterPence > balanceBeforePence ? amount : -amount, 0n];
  return [(CREDIT_TYPES as readonly string[]).includes(type) ? amount : -amount, 0n];
}

function replayed(entries: readonly JournalEntry[]): {
  balance: bigint;
  held: bigint;
  counters: bigint;
  faults: string[];
} {
  const faults: string[] = [];
  let [balance, held, counters] = [0n, 0n, 0n];
  entries.forEach((entry, i) => {
    const [balanceChange, heldChange = BigInt(entry.heldAfterPence - entry.heldBeforePence)] = movement(entry);
    if (entry.seq !== i + 1) faults.push(`seq ${entry.seq} at position ${i + 1}`);
    if (BigInt(entry.balanceBeforePence) !== balance || BigInt(entry.heldBeforePence) !== held)
      faults.push('broken chain');
    balance += balanceChange;
    held += heldChange;
    if (BigInt(entry.balanceAfterPence) !== balance || BigInt(entry.heldAfterPence) !== held)
      faults.push('wrong after');
    if ((entry.counterAccount === null) !== (balanceChange === 0n)) faults.push('money from nowhere');
    if (entry.counterAccount !== null) counters -= balanceChange;
  });
  return { balance, held, counters, faults };
}

describe('over any history', () => {
  const anyHistory = fc.tuple(fc.nat(1_000), fc.array(anyStep, { maxLength: 60 }));

  it('each step keeps the rules and each refusal changes nothing', () => {
    let steps = 0;
    let refused = 0;
    const kept = fc.property(anyHistory, ([limit, history]) => {
      const book = new Book(limit);
      for (const step of history) {
        const fault = faultAfter(step, book);
        if (fault !== undefined) throw new Error(fault);
      }
      steps += history.length;
      refused += book.refused;
    });
    fc.assert(kept, { numRuns: 3_000 });
    expect(refused / steps).toBeGreaterThan(0.05); // a test that never met a refusal has shown nothing about them
    expect(refused / steps).toBeLessThan(0.6);
  });

  it('replaying the entries gives the wallet exactly, and wallet plus counter accounts are zero', () => {
    const exact = fc.property(anyHistory, ([limit, history]) => {
      const book = new Book(limit);
      for (const step of history) step(book);
      const { balance, held, counters, faults } = replayed(book.wallet.entries);
      const { balancePence, heldPence, version } = book.wallet.state;
      if (faults.length > 0) throw new Error(faults.join());
      return (
        balance === BigInt(balancePence) &&
        held === BigInt(heldPence) &&
        version === book.wallet.entries.length &&
        balance + counters === 0n
      );
    });
    fc.assert(exact, { numRuns: 3_000 });
  });
});

import { isExact, newId, Refusal, type Pence } from '@holdfast/kernel';
import type { Arrears } from './arrears';
import type { AssetType, CounterAccount, CreditType, JournalEntry, Memo, TransactionType } from './journal-entry';

/** A wallet as the database holds it. Amounts in pence. */
export interface WalletState {
  readonly orgId: string;
  readonly currency: string;
  readonly balancePence: Pence;
  readonly heldPence: Pence;
  readonly debtLimitPence: Pence;
  readonly arrearsPence: Pence;
  readonly activeReservations: number;
  /** seq of its newest journal entry. */
  readonly version: number;
  /** Counts the changes of its organisation's call terms. */
  readonly termsVersion: number;
}

const COUNTER_ACCOUNT_OF: Readonly<Record<TransactionType, CounterAccount | null>> = {
  topup: 'cash',
  bonus: 'promotions',
  refund: 'revenue:calls', // unless the original names another
  adjustment: 'adjustments',
  phone_number: 'revenue:assets',
  phone_provisioning: 'revenue:assets',
  did: 'revenue:assets',
  license: 'revenue:assets',
  call_deduction: 'revenue:calls',
  reservation: null,
  reservation_release: null,
};

/** What a call's charge did to the wallet. chargedPence + uncollectedPence = the call's cost. */
export interface Capture {
  readonly entry: JournalEntry | null;
  readonly chargedPence: Pence;
  readonly uncollectedPence: Pence;
}

/**
 * One organisation's prepaid credit. Every change is exactly one journal entry; refusals come first and change nothing.
 * Invariants: held ≥ 0; balance − held ≥ −debt limit.
 */
export class Wallet {
  /** Entries made since it was fetched, in order. */
  readonly entries: JournalEntry[] = [];

  /** As it was fetched: the guard of its update. */
  readonly before: WalletState;

  constructor(private now: WalletState) {
    this.before = now;
  }

  get changed(): boolean {
    return this.now !== this.before;
  }

  get state(): WalletState {
    return this.now;
  }

  get orgId(): string {
    return this.now.orgId;
  }

  /** balance − Σ reserved of active reservations. */
  get effectivePence(): Pence {
    return this.now.balancePence - this.now.heldPence;
  }

  /** What calls may still use: effective balance and debt limit. Never negative. */
  get spendablePence(): Pence {
    return this.effectivePence + this.now.debtLimitPence;
  }

  /** Assets are zero-debt: paid from the effective balance alone. */
  deductAsset(type: AssetType, costPence: Pence, memo: Memo): JournalEntry | Refusal {
    if (this.effectivePence < costPence) return this.cannotPay(costPence, this.effectivePence);
    return this.post(type, costPence, -costPence, 0, COUNTER_ACCOUNT_OF[type], memo);
  }

  /** Adds credit and collects arrears from it, oldest first, in the same atom. */
  credit(
    type: CreditType,
    amountPence: Pence,
    owed: readonly Arrears[],
    memo: Memo,
    counter: CounterAccount | null = COUNTER_ACCOUNT_OF[type],
  ): JournalEntry | Refusal {
    if (amountPence < 0) return this.debitAdjustment(-amountPence, memo);
    if (!isExact(this.now.balancePence + amountPence)) return outOfRange();
    const collectable = Math.min(amountPence, this.now.arrearsPence);
    const entry = this.post(type, amountPence, amountPence, 0, counter, {
      ...memo,
      arrearsCollectedPence: collectable,
    });
    this.collect(owed, collectable, memo);
    return entry;
  }

  /** Sets credit aside for a call. */
  hold(amountPence: Pence, memo: Memo): Refusal | undefined {
    if (this.spendablePence < amountPence) return this.cannotPay(amountPence, this.spendablePence);
    if (!isExact(this.now.heldPence + amountPence)) return outOfRange();
    if (amountPence > 0) this.post('reservation', amountPence, 0, amountPence, null, memo);
    return undefined;
  }

  /** How far calls may take the wallet below zero. Never less than is in use already. */
  changeDebtLimit(debtLimitPence: Pence): Refusal | undefined {
    if (this.effectivePence < -debtLimitPence) {
      return new Refusal('debt_limit_in_use', 'The wallet is further below zero than the new debt limit allows.', {
        balancePence: this.now.balancePence,
        effectiveBalancePence: this.effectivePence,
      });
    }
    if (debtLimitPence !== this.now.debtLimitPence) this.now = { ...this.now, debtLimitPence };
    return undefined;
  }

  /** Counts a reservation that opens (+1) or closes (−1). */
  countReservation(change: 1 | -1): void {
    this.now = { ...this.now, activeReservations: this.now.activeReservations + change };
  }

  /** Gives a hold, or what a charge left of it, back to the effective balance. */
  releaseHold(amountPence: Pence, memo: Memo): void {
    if (amountPence > 0) this.post('reservation_release', amountPence, 0, -amountPence, null, memo);
  }

  /**
   * Charges what a call cost: from its own hold first, beyond it from the effective balance and debt limit; the
   * remainder becomes arrears. Never capped at the hold, never refused: the call has happened.
   */
  capture(costPence: Pence, holdPence: Pence, memo: Memo): Capture {
    const fromHold = Math.min(costPence, holdPence);
    const beyondHold = Math.min(costPence - fromHold, this.spendablePence);
    const chargedPence = fromHold + beyondHold;
    const entry =
      chargedPence > 0
        ? this.post('call_deduction', chargedPence, -chargedPence, -fromHold, COUNTER_ACCOUNT_OF.call_deduction, memo)
        : null;
    const uncollectedPence = costPence - chargedPence;
    this.now = { ...this.now, arrearsPence: this.now.arrearsPence + uncollectedPence };
    return { entry, chargedPence, uncollectedPence };
  }

  private debitAdjustment(amountPence: Pence, memo: Memo): JournalEntry | Refusal {
    if (this.spendablePence < amountPence) return this.cannotPay(amountPence, this.spendablePence);
    return this.post('adjustment', amountPence, -amountPence, 0, COUNTER_ACCOUNT_OF.adjustment, memo);
  }

  private collect(owed: readonly Arrears[], collectablePence: Pence, memo: Memo): void {
    let left = collectablePence;
    for (const debt of owed) {
      const pence = Math.min(left, debt.openPence);
      if (pence === 0) continue;
      debt.collect(pence);
      left -= pence;
      this.post('call_deduction', pence, -pence, 0, COUNTER_ACCOUNT_OF.call_deduction, {
        createdBy: memo.createdBy,
        at: memo.at,
        description: `arrears of call ${debt.callId}`,
        callId: debt.callId,
        vapiCallId: debt.vapiCallId,
        arrearsId: debt.id,
      });
    }
    if (left > 0) throw new Error(`wallet ${this.orgId} owes ${left} pence that no arrears explain`);
    this.now = { ...this.now, arrearsPence: this.now.arrearsPence - collectablePence };
  }

  /** The refusal that says how much is missing for this. */
  cannotPay(requiredPence: Pence, availablePence: Pence = this.spendablePence): Refusal {
    return new Refusal('insufficient_balance', 'The wallet cannot pay for this.', {
      balancePence: this.now.balancePence,
      effectiveBalancePence: this.effectivePence,
      requiredPence,
      shortfallPence: requiredPence - availablePence,
    });
  }

  private post(
    type: TransactionType,
    amountPence: Pence,
    balanceChange: Pence,
    heldChange: Pence,
    counterAccount: CounterAccount | null,
    memo: Memo,
  ): JournalEntry {
    const before = this.now;
    const entry: JournalEntry = {
      id: newId(memo.at.getTime()),
      orgId: before.orgId,
      seq: before.version + 1,
      type,
      amountPence,
      balanceBeforePence: before.balancePence,
      balanceAfterPence: before.balancePence + balanceChange,
      heldBeforePence: before.heldPence,
      heldAfterPence: before.heldPence + heldChange,
      counterAccount,
      callId: memo.callId ?? null,
      vapiCallId: memo.vapiCallId ?? null,
      arrearsId: memo.arrearsId ?? null,
      refundOf: memo.refundOf ?? null,
      arrearsCollectedPence: memo.arrearsCollectedPence ?? 0,
      description: memo.description ?? null,
      idempotencyKey: memo.idempotencyKey ?? null,
      requestFingerprint: memo.requestFingerprint ?? null,
      createdBy: memo.createdBy,
      createdAt: memo.at,
    };
    assertSound(entry, before.debtLimitPence);
    this.now = {
      ...before,
      balancePence: entry.balanceAfterPence,
      heldPence: entry.heldAfterPence,
      version: entry.seq,
    };
    this.entries.push(entry);
    return entry;
  }
}

/** The rules were checked before; this stops a fault in them before it reaches the journal. */
function assertSound(entry: JournalEntry, debtLimitPence: Pence): void {
  const sound =
    entry.amountPence >= 1 &&
    entry.heldAfterPence >= 0 &&
    entry.balanceAfterPence - entry.heldAfterPence >= -debtLimitPence &&
    isExact(entry.amountPence) &&
    isExact(entry.balanceAfterPence);
  if (!sound) throw new Error(`a ${entry.type} of ${entry.amountPence} pence would break wallet ${entry.orgId}`);
}

function outOfRange(): Refusal {
  return new Refusal('amount_out_of_range', 'The sum would leave the range of exact amounts (2^53 − 1 pence).');
}

import { addSeconds, type Pence } from '@holdfast/kernel';
import type { Direction, NumberOrigin, NumberStatus, NumberStep } from './phone-number-status';
import { LEASE_SECONDS, retryDelaySeconds } from './phone-number-patience';

/** What was asked for and paid: fixed at birth. */
export interface NumberOrder {
  readonly id: string;
  readonly orgId: string;
  readonly country: string;
  readonly numberType: string;
  readonly areaCode: string | null;
  readonly direction: Direction;
  readonly assistantId: string | null;
  readonly costPence: Pence;
  readonly chargeId: string;
  readonly idempotencyKey: string;
  readonly requestFingerprint: string;
  readonly createdBy: string;
  /** Who sells it: only there can be asked what became of it. */
  readonly provider: string;
}

/** What is known of a number at its seller. */
export interface NumberAtProvider {
  readonly phoneNumber: string | null;
  readonly providerRef: string | null;
}

/** Null where a registered number, which was never ordered, has none. */
export interface PhoneNumberState extends NumberAtProvider {
  readonly id: string;
  readonly orgId: string;
  readonly origin: NumberOrigin;
  readonly status: NumberStatus;
  readonly assistantId: string | null;
  /** The number's id at Vapi, which webhooks carry; known once it is active. */
  readonly vapiPhoneId: string | null;
  readonly country: string | null;
  readonly numberType: string | null;
  readonly areaCode: string | null;
  readonly direction: Direction | null;
  readonly costPence: Pence | null;
  readonly chargeId: string | null;
  readonly refundId: string | null;
  readonly idempotencyKey: string | null;
  readonly requestFingerprint: string | null;
  readonly createdBy: string | null;
  readonly provider: string | null;
  readonly step: NumberStep | null;
  readonly stepSince: Date | null;
  /** Counts who took the row; only the newest may write a step. */
  readonly lease: number;
  /** Tries of the present step that did not finish it. */
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  /** When it became active, failed or released. */
  readonly settledAt: Date | null;
  readonly failureReason: string | null;
  /** The provider's words, for operators. */
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Why a step was not finished this time, and when to look again. */
export interface Setback {
  /** Tries of this step so far, this one included. */
  readonly attempts: number;
  readonly detail: string;
  readonly askedSeconds?: number;
  /** Look again no later than this. */
  readonly notAfter?: Date;
}

/**
 * A tenant's number and the way it takes: charged → buying → registering → active → releasing → released, or to failed
 * with its refund. Each step may be recorded twice: a second time changes nothing.
 */
export class PhoneNumber {
  private readonly fetched: PhoneNumberState | null;

  private constructor(
    private now: PhoneNumberState,
    readonly isNew: boolean,
    readonly versionBefore: number,
  ) {
    this.fetched = isNew ? null : now;
  }

  static fetched(state: PhoneNumberState, version: number): PhoneNumber {
    return new PhoneNumber(state, false, version);
  }

  /** Paid, and nothing bought yet. Belongs to whoever ordered it for {@link LEASE_SECONDS}. */
  static order(order: NumberOrder, at: Date): PhoneNumber {
    return new PhoneNumber(
      {
        ...order,
        origin: 'purchased',
        status: 'pending',
        phoneNumber: null,
        providerRef: null,
        vapiPhoneId: null,
        refundId: null,
        step: 'charged',
        stepSince: at,
        lease: 1,
        attempts: 0,
        nextAttemptAt: addSeconds(at, LEASE_SECONDS),
        settledAt: null,
        failureReason: null,
        lastError: null,
        createdAt: at,
        updatedAt: at,
      },
      true,
      0,
    );
  }

  get state(): PhoneNumberState {
    return this.now;
  }

  get changed(): boolean {
    return this.now !== this.fetched;
  }

  /** The purchase is about to be sent: from here on it may have happened. */
  startBuying(at: Date): void {
    if (this.now.step === 'charged') this.begin('buying', 'pending', at);
  }

  /** It is certain that the number is ours; now it must learn to answer calls. */
  bought(number: NumberAtProvider, at: Date): void {
    if (this.now.step !== 'buying') return;
    this.begin('registering', 'pending', at);
    this.change({ phoneNumber: number.phoneNumber, providerRef: number.providerRef }, at);
  }

  activate(number: NumberAtProvider & { vapiPhoneId: string }, at: Date): void {
    if (this.now.step !== 'buying' && this.now.step !== 'registering') return;
    const { phoneNumber, providerRef, vapiPhoneId } = number;
    this.change({ phoneNumber, vapiPhoneId, providerRef: providerRef ?? this.now.providerRef, lastError: null }, at);
    this.settle('active', at);
  }

  /** Somebody else goes on with it: whoever had it so far writes nothing any more. */
  take(at: Date): void {
    if (this.now.step === null) return;
    this.change({ lease: this.now.lease + 1, nextAttemptAt: addSeconds(at, LEASE_SECONDS) }, at);
  }

  /** Not finished this time. Whether a purchase has happened stays `unknown` until the provider tells. */
  setBack({ attempts, detail, askedSeconds, notAfter }: Setback, at: Date): void {
    const retryAt = addSeconds(at, retryDelaySeconds(attempts, askedSeconds));
    const nextAttemptAt = notAfter && notAfter > at && notAfter < retryAt ? notAfter : retryAt;
    const status = this.now.step === 'buying' ? 'unknown' : this.now.status;
    this.change({ attempts, lastError: detail, nextAttemptAt, status }, at);
  }

  /** Bought in vain: to be released at the provider, by what is known of it there, then refunded. */
  giveBack({ phoneNumber, providerRef }: NumberAtProvider, reason: string, detail: string, at: Date): void {
    if (this.now.step !== 'buying' && this.now.step !== 'registering') return;
    this.begin('giving_back', 'pending', at);
    this.change({ phoneNumber, providerRef, failureReason: reason, lastError: detail }, at);
  }

  /** It certainly is not ours, and the refund is part of the same atom. */
  fail(refundId: string, reason: string, detail: string | null, at: Date): void {
    this.change({ refundId, failureReason: reason, lastError: detail ?? this.now.lastError }, at);
    this.settle('failed', at);
  }

  /** From this moment its calls have no tenant. One that was only registered is let go without asking anybody. */
  release(at: Date): void {
    if (this.now.status !== 'active') return;
    if (this.now.origin === 'registered') return this.settle('released', at);
    this.begin('releasing', 'releasing', at);
    this.change({ lease: this.now.lease + 1 }, at);
  }

  /** The provider has it back, or an operator says so: `detail`, for operators. */
  released(at: Date, detail: string | null = null): void {
    if (this.now.step !== 'releasing') return;
    this.change({ lastError: detail ?? this.now.lastError }, at);
    this.settle('released', at);
  }

  private begin(step: NumberStep, status: NumberStatus, at: Date): void {
    this.change({ step, status, stepSince: at, attempts: 0, nextAttemptAt: addSeconds(at, LEASE_SECONDS) }, at);
  }

  private settle(status: 'active' | 'failed' | 'released', at: Date): void {
    this.change({ status, step: null, stepSince: null, nextAttemptAt: null, attempts: 0, settledAt: at }, at);
  }

  private change(change: Partial<PhoneNumberState>, at: Date): void {
    this.now = { ...this.now, ...change, updatedAt: at };
  }
}

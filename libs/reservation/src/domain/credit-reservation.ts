import { addSeconds, MAX_GRANTED_SECONDS, secondsFor, type Pence, type RateCard } from '@holdfast/kernel';

export const RESERVATION_STATUSES = ['active', 'committed', 'released', 'expired'] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

/** Signs of life closer together than this (or a sixtieth of the lifetime) are one: each would be a row written anew. */
const RENEWAL_STEP_SECONDS = 5;
const RENEWAL_STEPS = 60;

/** The first answer to commit: kept as a fact and repeated to every repeat. Amounts in pence. */
export interface Settlement {
  /** Null when nothing was charged. */
  readonly transactionId: string | null;
  readonly status: 'committed' | 'released';
  readonly reservedPence: Pence;
  readonly actualCostPence: Pence;
  readonly chargedPence: Pence;
  readonly releasedPence: Pence;
  readonly uncollectedPence: Pence;
  readonly billedSeconds: number;
  readonly actualDurationSeconds: number;
  readonly balanceBeforePence: Pence;
  readonly balanceAfterPence: Pence;
  readonly effectiveBalancePence: Pence;
  readonly late: boolean;
}

export interface ReservationState {
  readonly id: string;
  readonly orgId: string;
  /** Unique over all tenants. */
  readonly callId: string;
  /** The provider's call that this hold pays for: the first one that claimed it, for ever. */
  readonly vapiCallId: string | null;
  readonly status: ReservationStatus;
  readonly reservedPence: Pence;
  readonly committedPence: Pence;
  readonly releasedPence: Pence;
  readonly uncollectedPence: Pence;
  readonly estimatedMinutes: number;
  readonly rateCard: RateCard;
  /** False: the organisation runs without prepaid billing, so nothing is held and nothing is cut. */
  readonly prepaid: boolean;
  readonly partial: boolean;
  readonly late: boolean;
  readonly settlement: Settlement | null;
  readonly discrepancySeconds: number | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly closedAt: Date | null;
  readonly committedAt: Date | null;
}

/** What a reservation is opened with. Without an amount it holds nothing. */
export type ReservationBirth = Pick<
  ReservationState,
  'id' | 'orgId' | 'callId' | 'estimatedMinutes' | 'rateCard' | 'prepaid' | 'createdAt'
> & {
  readonly vapiCallId?: string | null;
  readonly reservedPence?: Pence;
  readonly partial?: boolean;
  readonly expiresAt?: Date;
  readonly closedAt?: Date;
};

/**
 * Credit set aside for one call: active → committed | released | expired; a late report may take expired → committed, and
 * the provider's own released → committed: whoever released said that the call never connected, and was wrong.
 * Amount, rate card and call id are fixed at birth, but for slices added while it is active; the provider's call, once known.
 */
export class CreditReservation {
  /** As it was fetched: the guard of its update. Null when it is new. */
  readonly before: ReservationState | null;

  private constructor(
    private now: ReservationState,
    readonly isNew: boolean,
    /** Counts the writes; guards its update too. */
    readonly versionBefore: number,
  ) {
    this.before = isNew ? null : now;
  }

  /** Active, unless it says when it was closed; what is left out is nothing. Field by field: see docs/performance.md. */
  static open(birth: ReservationBirth): CreditReservation {
    const state: ReservationState = {
      id: birth.id,
      orgId: birth.orgId,
      callId: birth.callId,
      vapiCallId: birth.vapiCallId ?? null,
      status: birth.closedAt ? 'released' : 'active',
      reservedPence: birth.reservedPence ?? 0,
      committedPence: 0,
      releasedPence: 0,
      uncollectedPence: 0,
      estimatedMinutes: birth.estimatedMinutes,
      rateCard: birth.rateCard,
      prepaid: birth.prepaid,
      partial: birth.partial ?? false,
      late: false,
      settlement: null,
      discrepancySeconds: null,
      createdAt: birth.createdAt,
      expiresAt: birth.expiresAt ?? birth.createdAt,
      closedAt: birth.closedAt ?? null,
      committedAt: null,
    };
    return new CreditReservation(state, true, 0);
  }

  static fetched(state: ReservationState, version: number): CreditReservation {
    return new CreditReservation(state, false, version);
  }

  get state(): ReservationState {
    return this.now;
  }

  get changed(): boolean {
    return this.now !== this.before;
  }

  get isActive(): boolean {
    return this.now.status === 'active';
  }

  /** How long the call may last on what is held for it. */
  get grantedSeconds(): number {
    if (!this.now.prepaid) return MAX_GRANTED_SECONDS;
    return secondsFor(this.now.rateCard, this.now.reservedPence);
  }

  /**
   * Whether a call of the provider may be paid by this hold, which names none yet. What was given back or has expired pays
   * for nobody; what its owner charged by hand can only have been a call that had begun by then.
   *
   * @param startedAt when that call began; null when nobody knows, `undefined` when its owner vouches for it.
   */
  isOpenToCall(startedAt: Date | null | undefined): boolean {
    const { status, vapiCallId, committedAt } = this.now;
    if (vapiCallId !== null) return false;
    if (status === 'active') return true;
    if (status !== 'committed') return false;
    return startedAt === undefined || (startedAt !== null && committedAt !== null && startedAt < committedAt);
  }

  /** From now on this hold pays for that call of the provider, and for no other. */
  claimFor(vapiCallId: string): void {
    if (this.now.vapiCallId !== null) throw new Error(`reservation ${this.now.id} pays for another call`);
    this.now = { ...this.now, vapiCallId };
  }

  /** Adds a slice to a live hold. */
  extend(slicePence: Pence, partial: boolean): void {
    this.mustBeActive();
    this.now = { ...this.now, reservedPence: this.now.reservedPence + slicePence, partial };
  }

  /** A sign of life: the hold expires this long after it. Never earlier than before. */
  renew(now: Date, ttlSeconds: number): void {
    const expiresAt = addSeconds(now, ttlSeconds);
    const step = Math.min(RENEWAL_STEP_SECONDS, ttlSeconds / RENEWAL_STEPS);
    if (this.isActive && expiresAt >= addSeconds(this.now.expiresAt, step)) this.now = { ...this.now, expiresAt };
  }

  /** Closes the hold with what its call cost. From active, or late. Once. */
  settle(settlement: Settlement, at: Date): void {
    if (this.now.status === 'committed' || this.now.settlement !== null)
      throw new Error(`reservation ${this.now.id} is settled already`);
    const charged = settlement.status === 'committed';
    this.now = {
      ...this.now,
      // A late report of zero seconds charges nothing: what was given back stays so.
      status: charged || this.isActive ? settlement.status : this.now.status,
      committedPence: settlement.chargedPence,
      releasedPence: this.isActive ? settlement.releasedPence : this.now.releasedPence,
      uncollectedPence: settlement.uncollectedPence,
      late: settlement.late,
      settlement,
      closedAt: this.now.closedAt ?? at,
      committedAt: charged ? at : null,
    };
  }

  /** Closes the hold without a charge. */
  close(status: 'released' | 'expired', at: Date): void {
    this.mustBeActive();
    this.now = { ...this.now, status, releasedPence: this.now.reservedPence, closedAt: at };
  }

  /** A later report named another duration: kept for the operator, the first charge stands. */
  recordDiscrepancy(seconds: number): void {
    if (this.now.discrepancySeconds !== seconds) this.now = { ...this.now, discrepancySeconds: seconds };
  }

  private mustBeActive(): void {
    if (!this.isActive) throw new Error(`reservation ${this.now.id} is ${this.now.status}, not active`);
  }
}

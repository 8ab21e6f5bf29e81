/** What the story reads of the engine's answers. Everything else in them is left alone. */
export interface Wallet {
  readonly balancePence: number;
  readonly heldPence: number;
  readonly effectiveBalancePence: number;
  readonly arrearsPence: number;
}

export interface Transaction {
  readonly type: string;
  readonly balanceBeforePence: number;
  readonly balanceAfterPence: number;
  readonly heldBeforePence: number;
  readonly heldAfterPence: number;
  readonly counterAccount: string | null;
  readonly callId: string | null;
  readonly description: string | null;
  readonly createdAt: string;
}

export interface Credited {
  readonly balanceAfterPence: number;
  readonly arrearsCollectedPence: number;
}

export interface AssetCharged {
  readonly transactionId: string;
  readonly balanceAfterPence: number;
}

export interface Refused {
  readonly code: string;
  readonly shortfallPence?: number;
}

export interface Reservation {
  readonly status: string;
  readonly reservedPence: number;
  readonly committedPence: number;
  readonly releasedPence: number;
  readonly uncollectedPence: number;
  readonly expiresAt: string;
}

export interface Committed {
  readonly status: string;
  readonly chargedPence: number;
  readonly reservedPence: number;
  readonly late: boolean;
  readonly duplicate: boolean;
}

/** Vapi's gate: let in with a limit, or refused with a sentence. */
export interface GateAnswer {
  readonly error?: string;
  readonly assistantOverrides?: { readonly maxDurationSeconds: number };
}

export interface Swept {
  readonly expired: number;
  readonly renewed: number;
  readonly committed: number;
  readonly kept: number;
}

export interface Reconciled {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean }[];
}

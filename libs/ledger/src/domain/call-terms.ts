import type { Pence, RateCard } from '@holdfast/kernel';

/**
 * `protect`: a running call is extended while money lasts, capped at what the whole wallet could pay.
 * `strict`: a call is capped at what its own hold pays, so Σ caps ≤ wallet even while the engine is down.
 */
export const SHARING_POLICIES = ['protect', 'strict'] as const;
export type SharingPolicy = (typeof SHARING_POLICIES)[number];

/** How an organisation's calls are priced and held from now on; a reservation keeps the card it was opened with. */
export interface CallTerms {
  readonly rateCard: RateCard;
  /** Off: calls run without hold or kill switch and are billed from their report. */
  readonly prepaidBilling: boolean;
  /** Size of a hold when the caller names none. 1 … 720 minutes. */
  readonly estimatedMinutes: number;
  readonly sharing: SharingPolicy;
  /** At or under this effective balance the wallet counts as low. */
  readonly lowBalancePence: Pence;
}

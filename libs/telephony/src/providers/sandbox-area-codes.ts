import type { RefusalReason } from '../application/number-provider.port';

/** What the sandbox does with a number of a given area code. Absent: everything goes well. */
export interface SandboxBehaviour {
  summary: string;
  /** `buy` refuses. */
  refuseBuy?: RefusalReason;
  /** There is nothing for sale, so `search` finds nothing either. */
  soldOut?: true;
  /** `buy` answers `unknown`, having bought nothing (`before`) or bought (`after`). */
  buyTimesOut?: 'before' | 'after';
  /** For so many looks `findByIntent` says `nothing` although the number is there: a list that lags. */
  listLagsLooks?: number;
  /** For so many looks `findByIntent` cannot reach the provider. */
  unreachableLooks?: number;
  /** For so many looks the number is `activating`; then active, or blocked. */
  activatesAfterLooks?: number;
  thenBlocked?: true;
  /** `register` refuses for good. */
  refuseRegister?: RefusalReason;
  /** For so many tries `register` answers `pending`. */
  registerPendingTries?: number;
  /** The first `register` answers `unknown` although it has registered. */
  registerTimesOutAfter?: true;
  /** The first `release` answers `unknown` although it has released. */
  releaseTimesOutAfter?: true;
  /** Every step takes `slowMs`. */
  slow?: true;
}

/**
 * Area codes by which a client of the HTTP interface can make the sandbox misbehave, in every country and number type.
 * Some are real area codes somewhere; in the sandbox they mean this.
 */
export const SANDBOX_AREA_CODES: Readonly<Record<string, SandboxBehaviour>> = {
  '555': { summary: 'no number is for sale', soldOut: true, refuseBuy: 'no_number_in_area_code' },
  '556': { summary: "the provider's account is out of money", refuseBuy: 'provider_out_of_money' },
  '557': { summary: 'the purchase times out, nothing was bought', buyTimesOut: 'before' },
  '558': { summary: 'the purchase times out, the number was bought', buyTimesOut: 'after' },
  '559': { summary: 'bought, but the registration is refused for good', refuseRegister: 'provider_rejected' },
  '560': { summary: 'every step is slow', slow: true },
  '561': { summary: 'a regulatory bundle is missing', refuseBuy: 'regulatory_bundle_missing' },
  '562': { summary: 'activating for 2 looks, then blocked', activatesAfterLooks: 2, thenBlocked: true },
  '563': { summary: 'activating for 2 looks, then active', activatesAfterLooks: 2 },
  '564': { summary: 'the registration times out after it was done', registerTimesOutAfter: true },
  '565': { summary: 'the release times out after it was done', releaseTimesOutAfter: true },
  '566': {
    summary: 'the purchase times out, the number was bought, the list lags by 2 looks',
    buyTimesOut: 'after',
    listLagsLooks: 2,
  },
  '567': { summary: 'asked too often', refuseBuy: 'provider_rate_limited' },
  '568': { summary: 'bought, the registration succeeds at the third try', registerPendingTries: 2 },
  '569': { summary: 'somebody else is always faster', refuseBuy: 'number_taken' },
  '570': { summary: 'no connection to the provider', refuseBuy: 'provider_unreachable' },
  '571': {
    summary: 'the purchase times out, the number was bought, and the provider is away for 2 looks',
    buyTimesOut: 'after',
    unreachableLooks: 2,
  },
};

const GOES_WELL: SandboxBehaviour = { summary: 'goes well' };

export function behaviourOf(areaCode: string | undefined): SandboxBehaviour {
  return SANDBOX_AREA_CODES[areaCode ?? ''] ?? GOES_WELL;
}

/**
 * The door between the provisioning saga and whoever sells phone numbers.
 *
 * Buying a number is several steps at one or two companies that know no idempotency key. So every step is its own
 * method, carries the intent's tag, and answers one of three ways: it happened, it certainly did not (`refused`), or
 * nobody can tell (`unknown`). The saga may die between any two of them and go on by asking `findByIntent`.
 *
 * No method throws for something a provider did; a throw is a bug of the caller (an intent id that is no UUID).
 */
export const COUNTRIES = ['US', 'GB', 'CA', 'AU'] as const;
export type Country = (typeof COUNTRIES)[number];

export const NUMBER_TYPES = ['local', 'toll_free', 'mobile'] as const;
export type NumberType = (typeof NUMBER_TYPES)[number];

/** What to look for. `areaCode`: digits only, without the trunk prefix 0 (a leading 0 is forgiven). */
export interface NumberCriteria {
  country: Country;
  numberType: NumberType;
  areaCode?: string;
}

/** A number that is for sale. `phoneNumber` is E.164. */
export interface AvailableNumber {
  phoneNumber: string;
  country: Country;
  numberType: NumberType;
  locality?: string;
}

/** Why a step certainly did not happen. Stable: callers and operators see these words. */
export const REFUSAL_REASONS = [
  'not_offered', //               this provider never has this country, type or area code
  'no_number_in_area_code', //    or, without an area code, none of this kind at all
  'number_taken', //              somebody else was faster
  'number_invalid', //            the provider does not accept these digits
  'regulatory_bundle_missing', // documents or an address must be filed with the provider first
  'provider_out_of_money', //     the reseller's own account there is empty or suspended
  'provider_limit_reached', //    trial account, or the account's maximum of numbers
  'provider_auth_failed', //      our credentials there are wrong
  'provider_rate_limited', //     asked too often; nothing happened
  'provider_unreachable', //      no connection came about, so nothing was sent
  'number_blocked', //            bought, then blocked by the provider; it has been given back
  'provider_rejected', //         any other definite no; `detail` has the provider's words
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** A definite no: the step had no effect, so its price can be given back. `detail` is one line for an operator. */
export interface ProviderRefusal {
  kind: 'refused';
  reason: RefusalReason;
  detail: string;
  /** Whole seconds the provider asked us to wait, where it said so. */
  retryAfterSeconds?: number;
}

/**
 * The step may or may not have happened; also said when `buy` could not look before it bought. Never refund on it and
 * never repeat a purchase: ask `findByIntent`.
 */
export interface ProviderUnknown {
  kind: 'unknown';
  detail: string;
}

/** A number that belongs to an intent. Store it as it is; hand it back to `register` and `release`. */
export interface Purchase {
  intentId: string;
  /** E.164; null while the provider has not told it yet (`activating`). */
  phoneNumber: string | null;
  /** The number's id where it was bought: Twilio `PN…`, Vapi's id, the sandbox's. Null: it is not (or no longer) there. */
  providerRef: string | null;
  /** The number's id at Vapi, which the webhooks carry. Null: not registered there as far as is known. */
  vapiPhoneId: string | null;
}

export interface ActiveNumber {
  kind: 'active';
  phoneNumber: string;
  vapiPhoneId: string;
  purchase: Purchase;
}

export type SearchOutcome = { kind: 'found'; numbers: AvailableNumber[] } | ProviderRefusal | ProviderUnknown;

/** `activating`: it is ours and paid, its digits come later; go on with `register`. */
export type BuyOutcome =
  | { kind: 'bought'; purchase: Purchase }
  | { kind: 'activating'; purchase: Purchase }
  | ProviderRefusal
  | ProviderUnknown;

/**
 * What the intent has bought so far. `nothing` becomes proof only `TRUST_ABSENCE_AFTER_SECONDS` after the purchase was
 * sent: until then the request may still be on its way, or the provider's list behind. `blocked`: paid for and useless;
 * `register` gives it back and refuses.
 */
export type FindOutcome =
  | { kind: 'nothing' }
  | { kind: 'bought'; purchase: Purchase }
  | { kind: 'activating'; purchase: Purchase }
  | { kind: 'blocked'; purchase: Purchase }
  | ActiveNumber
  | ProviderUnknown;

/** `pending`: ask again later, at most `ACTIVATION_PATIENCE_SECONDS` in all; then `release` and refund. */
export type RegisterOutcome = ActiveNumber | { kind: 'pending'; detail: string } | ProviderRefusal | ProviderUnknown;

/** `released` also when there was nothing left to release. Otherwise repeat it: it is safe. */
export type ReleaseOutcome = { kind: 'released' } | ProviderRefusal | ProviderUnknown;

/** One thing at a provider that carries our tag. */
export interface TaggedNumber {
  intentId: string;
  /** Where it lies. A number bought at Twilio and imported shows up twice, once per side. */
  side: ProviderKind;
  /** Its id on that side. */
  ref: string;
  phoneNumber: string | null;
}

/** `complete: false`: the list was longer than the adapter reads, so a missing number proves nothing. */
export type ListOutcome = { kind: 'listed'; numbers: TaggedNumber[]; complete: boolean } | ProviderUnknown;

export interface ProviderHealth {
  provider: ProviderKind;
  ok: boolean;
  /** One line for an operator, e.g. `account active` or the provider's error. */
  detail: string;
  /** Whole milliseconds the check took. */
  latencyMs: number;
}

export const PROVIDER_KINDS = ['sandbox', 'vapi', 'twilio'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/**
 * Seconds from the moment a purchase was sent until `nothing` may be believed. Twice over what one `buy` can last
 * (see `LONGEST_BUY_MS` in providers/), so that a purchase that is still being tried is not taken for absent; the
 * rest is for a provider's list that lags.
 */
export const TRUST_ABSENCE_AFTER_SECONDS = 180;

/** Seconds a number may stay `pending` before it is given back. Vapi says "a few minutes"; 15 leaves room. */
export const ACTIVATION_PATIENCE_SECONDS = 900;

/** Most numbers one search returns; more are cut. Twilio's own page is 50 by default. */
export const MAX_SEARCH_RESULTS = 50;

export interface NumberProvider {
  readonly kind: ProviderKind;

  /** Refuses, without asking anybody, what this provider never sells. Call it before any money moves. */
  refusalFor(criteria: NumberCriteria): ProviderRefusal | null;

  /** Numbers for sale, 1…`MAX_SEARCH_RESULTS`. A provider that cannot be searched (Vapi) refuses `not_offered`. */
  search(criteria: NumberCriteria, limit: number): Promise<SearchOutcome>;

  /**
   * Buys one number, tagged with the intent: the given one, or any that meets the criteria.
   *
   * Call it once per intent, after the intent is durable. It looks for the tag before it buys, so that a second call by
   * mistake finds the first one's number instead of buying another; two calls at the same moment it cannot tell apart.
   * `refused` is about this call: who may have called before asks `findByIntent`, not `buy`.
   *
   * @param isInTime asked right before the purchase is sent; where it says no nothing is sent, and the outcome is `unknown`
   */
  buy(intentId: string, criteria: NumberCriteria, phoneNumber?: string, isInTime?: () => boolean): Promise<BuyOutcome>;

  /** What this intent owns at the provider. Changes nothing. */
  findByIntent(intentId: string): Promise<FindOutcome>;

  /**
   * Makes a bought number answer calls: imports it into Vapi (Twilio) or waits for its activation (Vapi). A repeat finds
   * the first registration. The number gets our webhook and deliberately no assistant: with one, Vapi would send no
   * `assistant-request`, and calls would start without asking whether they are paid.
   */
  register(purchase: Purchase): Promise<RegisterOutcome>;

  /** Gives back all that the purchase names and all that carries its intent's tag, at Vapi first. Repeats are safe. */
  release(purchase: Purchase): Promise<ReleaseOutcome>;

  /** Everything at the provider that carries our tag, so that orphans can be told from the book's numbers. */
  listTagged(): Promise<ListOutcome>;

  health(): Promise<ProviderHealth>;
}

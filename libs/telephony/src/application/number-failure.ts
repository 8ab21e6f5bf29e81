import { Refusal } from '@holdfast/kernel';
import type { PhoneNumberState } from '../domain/phone-number';
import type { RefusalReason } from './number-provider.port';

/** The provider's reasons, the two that only time tells, and the operator's word where nobody can tell. */
export type FailureReason = RefusalReason | 'nothing_bought' | 'activation_timed_out' | 'ended_by_operator';

/**
 * `provider_rejected` where another request may fare better, `provider_failed` where it is the reseller's or the
 * provider's to mend. Tenants get these sentences: the provider's own words may speak of the reseller's account.
 */
const MEANING_OF: Readonly<Record<FailureReason, readonly ['provider_rejected' | 'provider_failed', string]>> = {
  not_offered: ['provider_rejected', 'Numbers of this country, type or area code are not offered.'],
  no_number_in_area_code: ['provider_rejected', 'No such number is for sale now. Try another area code.'],
  number_taken: ['provider_rejected', 'Somebody else was faster. Try again.'],
  number_invalid: ['provider_rejected', 'The provider does not accept this number.'],
  regulatory_bundle_missing: [
    'provider_rejected',
    'Documents must be filed with the provider before such a number is sold.',
  ],
  provider_out_of_money: ['provider_failed', 'The provider account is out of money.'],
  provider_limit_reached: ['provider_failed', 'The provider account may not have more numbers.'],
  provider_auth_failed: ['provider_failed', 'The provider does not accept the engine’s credentials.'],
  provider_rate_limited: ['provider_failed', 'The provider is asked too often now. Try again later.'],
  provider_unreachable: ['provider_failed', 'The provider cannot be reached.'],
  number_blocked: ['provider_failed', 'The provider blocked the number after its purchase.'],
  provider_rejected: ['provider_failed', 'The provider refused.'],
  nothing_bought: ['provider_failed', 'The provider did not answer in time, and nothing was bought.'],
  activation_timed_out: ['provider_failed', 'The number was bought but could not be made to answer calls.'],
  ended_by_operator: ['provider_failed', 'The order did not come to an end, and was ended by hand.'],
};

/** Refused before money moved. */
export function notBought(reason: FailureReason): Refusal {
  const [code, sentence] = MEANING_OF[reason];
  return new Refusal(code, `${sentence} Nothing was charged.`, { reason, refunded: false });
}

/** A purchase that failed after it was paid. */
export function refundedFailure(number: PhoneNumberState): Refusal {
  const reason = number.failureReason as FailureReason;
  const [code, sentence] = MEANING_OF[reason];
  return new Refusal(code, `${sentence} The charge has been refunded.`, {
    reason,
    refunded: true,
    id: number.id,
    costPence: number.costPence,
    transactionId: number.chargeId,
    refundTransactionId: number.refundId,
  });
}

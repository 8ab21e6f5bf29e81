import { isRefusal } from '@holdfast/kernel';
import { addCredits, organizationNotFound, WALLETS } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import type { PhoneNumber, PhoneNumberState } from '../domain/phone-number';
import type { FailureReason } from './number-failure';
import { NUMBERS, type NumberNeed } from './numbers.shelf';

/** How the journal names the saga. */
const SAGA = 'system:numbers';

/** Null: somebody else has taken the number meanwhile, or it is settled; nothing was written. */
export type Recorded = PhoneNumberState | null;

/** Writes a step down, if the lease is still ours. A repeat changes nothing. */
export function recordStep(
  { id, orgId, lease }: PhoneNumberState,
  step: (number: PhoneNumber, at: Date) => void,
): Command<Recorded> {
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(NUMBERS, { id })],
    decide(desk) {
      const number = desk.on(NUMBERS).find(id);
      if (!number || number.state.lease !== lease) return null;
      step(number, desk.now);
      return number.state;
    },
  };
}

/**
 * The number answers calls from now on. Where an operator had registered the same number by hand, the purchase takes
 * its place: an id at Vapi has one tenant.
 */
export function recordActivation(
  { id, orgId, lease }: PhoneNumberState,
  active: { phoneNumber: string; providerRef: string | null; vapiPhoneId: string },
): Command<Recorded> {
  const byVapiId: NumberNeed = { vapiPhoneId: active.vapiPhoneId };
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(NUMBERS, { id }), want(NUMBERS, byVapiId)],
    decide(desk) {
      const numbers = desk.on(NUMBERS);
      const number = numbers.find(id);
      if (!number || number.state.lease !== lease) return null;
      const holder = numbers.holderOf(active.vapiPhoneId);
      if (holder && holder !== number && holder.state.origin === 'registered') holder.release(desk.now);
      number.activate(active, desk.now);
      return number.state;
    },
  };
}

/** Certainly not bought, or given back: the refund and `failed` are one atom. A repeat refunds nothing. */
export function refundAndFail(
  { id, orgId, lease, chargeId, costPence }: PhoneNumberState,
  reason: FailureReason,
  detail: string | null,
): Command<Recorded> {
  const refund = addCredits({
    orgId,
    type: 'refund',
    amountPence: costPence as number,
    description: `no number: ${reason}`,
    refundOf: { transactionId: chargeId as string, counterAccount: 'revenue:assets' },
    // § cannot be sent in an Idempotency-Key header, so no client's key can stand in the way of a refund.
    idempotencyKey: `§refund:${id}`,
    createdBy: SAGA,
  });
  return {
    key: orgId,
    wants: [...refund.wants, want(NUMBERS, { id })],
    decide(desk) {
      if (!desk.on(WALLETS).get(orgId)) return organizationNotFound();
      const number = desk.on(NUMBERS).find(id);
      if (!number || number.state.lease !== lease) return null;
      const { status, step } = number.state;
      if (status === 'failed') return number.state;
      if (step === null || step === 'releasing') return null; // delivered: there is nothing to give back
      const refunded = refund.decide(desk);
      if (isRefusal(refunded)) return refunded;
      number.fail(refunded.transactionId, reason, detail, desk.now);
      return number.state;
    },
  };
}

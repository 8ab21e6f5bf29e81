import { isRefusal, Refusal } from '@holdfast/kernel';
import { addCredits, organizationNotFound, REFUNDS, WALLETS, type JournalEntry } from '@holdfast/ledger';
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
 * The number answers calls from now on, unless an operator has refunded its charge meanwhile: then it goes back, for
 * nobody has a number for nothing. Where an operator had registered the same number by hand, the purchase takes
 * its place: an id at Vapi has one tenant.
 */
export function recordActivation(
  { id, orgId, lease, chargeId, costPence }: PhoneNumberState,
  active: { phoneNumber: string; providerRef: string | null; vapiPhoneId: string },
): Command<Recorded> {
  const byVapiId: NumberNeed = { vapiPhoneId: active.vapiPhoneId };
  const refundNeed = { chargeId: chargeId as string };
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(NUMBERS, { id }), want(NUMBERS, byVapiId), want(REFUNDS, refundNeed)],
    decide(desk) {
      const numbers = desk.on(NUMBERS);
      const number = numbers.find(id);
      if (!number || number.state.lease !== lease) return null;
      if (givesBackAll(desk.on(REFUNDS).of(refundNeed.chargeId), costPence)) {
        const found = { ...active, providerRef: active.providerRef ?? number.state.providerRef };
        number.giveBack(found, 'ended_by_operator', 'its charge was refunded by hand', desk.now);
        return number.state;
      }
      const holder = numbers.holderOf(active.vapiPhoneId);
      if (holder && holder !== number && holder.state.origin === 'registered') holder.release(desk.now);
      number.activate(active, desk.now);
      return number.state;
    },
  };
}

/**
 * Certainly not bought, or given back, or an operator says so: the refund and `failed` are one atom. A repeat refunds
 * nothing, and a refund that an operator has made by hand is the refund.
 */
export function refundAndFail(
  { id, orgId, lease, chargeId, costPence }: PhoneNumberState,
  reason: FailureReason,
  detail: string | null,
  createdBy: string = SAGA,
): Command<Recorded> {
  const refund = addCredits({
    orgId,
    type: 'refund',
    amountPence: costPence as number,
    description: `no number: ${reason}`,
    refundOf: { transactionId: chargeId as string, counterAccount: 'revenue:assets' },
    // § cannot be sent in an Idempotency-Key header, so no client's key can stand in the way of a refund.
    idempotencyKey: `§refund:${id}`,
    createdBy,
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
      const byHand = desk.on(REFUNDS).of(chargeId as string);
      if (byHand && !givesBackAll(byHand, costPence)) return refundedInPart();
      const refunded = byHand ? { transactionId: byHand.id } : refund.decide(desk);
      if (isRefusal(refunded)) return refunded;
      number.fail(refunded.transactionId, reason, detail, desk.now);
      return number.state;
    },
  };
}

/** The whole price, in one entry, from the account that got it. */
function givesBackAll(refund: JournalEntry | undefined, costPence: number | null): boolean {
  return refund?.amountPence === costPence && refund?.counterAccount === 'revenue:assets';
}

/** A charge has one refund: on half a one the order could not end without its tenant losing the rest. */
function refundedInPart(): Refusal {
  return new Refusal(
    'invalid_request',
    'The charge of this order was refunded in part by hand: it cannot fail on that.',
  );
}

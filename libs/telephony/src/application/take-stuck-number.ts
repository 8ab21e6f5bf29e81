import { Refusal } from '@holdfast/kernel';
import { organizationNotFound, WALLETS } from '@holdfast/ledger';
import { want, type Command } from '@holdfast/platform';
import type { PhoneNumberState } from '../domain/phone-number';
import { secondsUntilStuck } from '../domain/phone-number-patience';
import { numberNotFound } from './number-not-found';
import { NUMBERS } from './numbers.shelf';

/**
 * Takes the lease of a number whose step is stuck, from whoever has it: an engine that slept over it writes nothing any
 * more. One that has ended is answered as it is, without a step.
 */
export function takeStuckNumber({ id, orgId }: PhoneNumberState): Command<PhoneNumberState> {
  return {
    key: orgId,
    wants: [want(WALLETS, orgId), want(NUMBERS, { id })],
    decide(desk) {
      if (!desk.on(WALLETS).get(orgId)) return organizationNotFound();
      const number = desk.on(NUMBERS).find(id);
      if (!number) return numberNotFound();
      const { status, stepSince } = number.state;
      if (status === 'failed' || status === 'released') return number.state;
      if (stepSince === null) return delivered();
      const early = secondsUntilStuck(stepSince, desk.now);
      if (early > 0) return stillGoingOn(early);
      number.take(desk.now);
      return number.state;
    },
  };
}

/** An active number is no open order: its tenant gives it up. */
export function delivered(): Refusal {
  return new Refusal(
    'already_committed',
    'This number was delivered: it is active, and its order is not open any more.',
  );
}

function stillGoingOn(retryAfterSeconds: number): Refusal {
  return new Refusal(
    'request_in_progress',
    `The engine is still at it: an operator may end it in ${retryAfterSeconds} seconds, if it has not ended by then.`,
    { retryAfterSeconds },
  );
}

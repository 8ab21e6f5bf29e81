import { isRefusal } from '@holdfast/kernel';
import { Shelf, want, type Command } from '@holdfast/platform';
import type { CallHappening, CallNews } from '../domain/call';
import type { DeliveryResult } from './delivery-log.port';

/** What is written down about calls in the very transaction that moves their money. */
export class CallNotes {
  readonly news: CallNews[] = [];
  readonly happenings: CallHappening[] = [];
  readonly results: DeliveryResult[] = [];
}

export const CALL_NOTES = new Shelf<null, CallNotes>('call-notes', 'read');

/**
 * A command of money that takes its notes along: what it did to a call, the call's state and the outcome of the delivery
 * that asked for it become durable together with it, in one commit. A refusal moves nothing and notes nothing.
 *
 * @param at database time, under the wallet's lock
 */
export function noted<Answer>(
  command: Command<Answer>,
  note: (answer: Answer, at: Date, notes: CallNotes) => void,
): Command<Answer> {
  return {
    ...command,
    wants: [...command.wants, want(CALL_NOTES, null)],
    decide(desk) {
      const answer = command.decide(desk);
      if (!isRefusal(answer)) note(answer, desk.now, desk.on(CALL_NOTES));
      return answer;
    },
  };
}

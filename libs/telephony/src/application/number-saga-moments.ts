import { channel } from 'node:diagnostics_channel';

/** Moments of the saga between which a process may die; each is told right after what its name says. */
export type SagaMoment =
  | 'searched' //           the provider has such numbers; nothing is durable yet
  | 'charged' //            order and charge are committed
  | 'buying' //             recorded that the purchase goes out; it has not
  | 'buy_answered' //       the provider has answered the purchase; not recorded
  | 'bought' //             recorded
  | 'register_answered' //  the provider has registered it; not recorded
  | 'activated' //          recorded; the client has no answer yet
  | 'giving_back' //        recorded that a number bought in vain goes back
  | 'give_back_answered' // the provider has taken it back; nothing refunded
  | 'refunded' //           refund and `failed` are committed
  | 'releasing' //          the tenant's release is recorded
  | 'release_answered' //   the provider has taken it back; not recorded
  | 'released' //           recorded
  | 'end_asked'; //         an operator ends it, and the provider was asked once more; nothing recorded

/** Nobody listens in production. Crash tests subscribe in a process of their own, and kill it at a moment. */
const moments = channel('holdfast:number-saga');

export function reached(moment: SagaMoment, numberId: string): void {
  if (moments.hasSubscribers) moments.publish({ moment, numberId });
}

import { Inject, Injectable, Optional } from '@nestjs/common';
import { addSeconds, secondsBetween } from '@holdfast/kernel';
import { CallLiveness, ReservationReader, type CallToAskAbout, type LivenessVerdict } from '@holdfast/reservation';
import type { Call } from '../domain/call';
import { CallBook } from './call-book.port';
import { CALL_LOOKUP, type CallLookup } from './call-lookup.port';

/** After the longest the provider lets a call last, this much more for its report to come. */
const SLACK_SECONDS = 300;
/** Without a pushed cap, the provider's own longest call. */
const LONGEST_CALL_SECONDS = 43_200;
/** A call nobody could tell anything about is asked about again after this. */
const ASK_AGAIN_SECONDS = 60;
/** A call that ended without ever having been answered: a report that comes later still charges it in full. */
const UNANSWERED_GRACE_SECONDS = 300;

/** Answers the expiry: for a call the provider knows, ask; don't release. */
@Injectable()
export class ProviderLiveness extends CallLiveness {
  constructor(
    private readonly calls: CallBook,
    private readonly reader: ReservationReader,
    @Optional() @Inject(CALL_LOOKUP) private readonly lookup: CallLookup | null,
  ) {
    super();
  }

  ask(calls: readonly CallToAskAbout[], now: Date): Promise<readonly LivenessVerdict[]> {
    return Promise.all(calls.map(({ callId }) => this.askOne(callId, now)));
  }

  private async askOne(billingCallId: string, now: Date): Promise<LivenessVerdict> {
    const call = await this.calls.findByBillingCallId(billingCallId);
    if (!call) return this.askAboutUnheard(billingCallId, now);
    // Refused at the gate it never started; that it holds anything is a leftover of a database that did not answer.
    if (call.state === 'refused') return { kind: 'abandoned' };
    const found = this.lookup ? await this.lookup.find(call.callId) : null;
    if (found?.outcome === 'live') return { kind: 'live' };
    if (found?.outcome === 'never-connected') return { kind: 'abandoned' };
    if (found?.outcome === 'ended' && found.duration.usable) return { kind: 'ended', seconds: found.duration.seconds };
    return whenNobodyKnows(call, now);
  }

  /** No message of this call has come. Its hold may name the provider's call all the same: then that one is asked about. */
  private async askAboutUnheard(billingCallId: string, now: Date): Promise<LivenessVerdict> {
    const hold = await this.reader.find(billingCallId, null);
    if (!hold?.vapiCallId || !this.lookup) return { kind: 'abandoned' };
    const found = await this.lookup.find(hold.vapiCallId);
    if (found.outcome === 'live') return { kind: 'live' };
    if (found.outcome === 'ended' && found.duration.usable) return { kind: 'ended', seconds: found.duration.seconds };
    if (found.outcome === 'never-connected' || found.outcome === 'gone') return { kind: 'abandoned' };
    const latestEnd = addSeconds(hold.createdAt, LONGEST_CALL_SECONDS + SLACK_SECONDS);
    return latestEnd > now ? { kind: 'keep', askAgainInSeconds: ASK_AGAIN_SECONDS } : { kind: 'abandoned' };
  }
}

/** Gone, unreachable, or nobody to ask: the money stays as long as the call could last. */
function whenNobodyKnows(call: Call, now: Date): LivenessVerdict {
  const { startedAt, endedAt, createdAt, capSeconds } = call;
  if (startedAt === null && endedAt !== null && secondsBetween(endedAt, now) > UNANSWERED_GRACE_SECONDS) {
    return { kind: 'abandoned' };
  }
  const latestEnd = addSeconds(startedAt ?? createdAt, (capSeconds ?? LONGEST_CALL_SECONDS) + SLACK_SECONDS);
  if (now < latestEnd) return { kind: 'keep', askAgainInSeconds: ASK_AGAIN_SECONDS };
  // Both ends were told by the provider's own messages; only the report is missing. Unbilled would be wrong.
  if (startedAt !== null && endedAt !== null && endedAt >= startedAt) {
    return { kind: 'ended', seconds: secondsBetween(startedAt, endedAt) };
  }
  return { kind: 'abandoned' };
}

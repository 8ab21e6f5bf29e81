import { Inject, Injectable, Optional } from '@nestjs/common';
import { secondsBetween } from '@holdfast/kernel';
import { CallLiveness, type CallToAskAbout, type LivenessVerdict } from '@holdfast/reservation';
import type { Call } from '../domain/call';
import { isZombie, latestEndOf, toldSeconds } from '../domain/call-patience';
import { SilentCalls } from './ask-about-silent-call';
import { CallBook } from './call-book.port';
import { CALL_LOOKUP, type CallLookup, type GoneCall, type KnownCall, type Unreachable } from './call-lookup.port';
import { TenantFinder } from './find-tenant';

/** A call nobody could tell anything about is asked about again after this. */
const ASK_AGAIN_SECONDS = 60;
/** A call that ended without ever having been answered: a report that comes later still charges it in full. */
const UNANSWERED_GRACE_SECONDS = 300;

const KEEP: LivenessVerdict = { kind: 'keep', askAgainInSeconds: ASK_AGAIN_SECONDS };
const ABANDONED: LivenessVerdict = { kind: 'abandoned' };

/** Answers the expiry: for a call the provider knows, ask; don't release. */
@Injectable()
export class ProviderLiveness extends CallLiveness {
  constructor(
    private readonly calls: CallBook,
    private readonly silent: SilentCalls,
    private readonly tenants: TenantFinder,
    @Optional() @Inject(CALL_LOOKUP) private readonly lookup: CallLookup | null,
  ) {
    super();
  }

  ask(holds: readonly CallToAskAbout[], now: Date): Promise<readonly LivenessVerdict[]> {
    return Promise.all(holds.map((hold) => this.askOne(hold, now)));
  }

  private async askOne(hold: CallToAskAbout, now: Date): Promise<LivenessVerdict> {
    const call = await this.calls.findByBillingCallId(hold.callId, hold.orgId);
    if (!call) return this.askAboutUnheard(hold, now);
    // Refused at the gate it never started; that it holds anything is a leftover of a database that did not answer.
    if (call.state === 'refused') return ABANDONED;
    const found = this.lookup ? await this.lookup.find(call.callId) : null;
    if (found?.outcome === 'live' && found.answered && call.state === 'ringing') await this.silent.follow(found, call);
    if (found?.outcome === 'live' && isZombie(call, now)) return whenNobodyKnows(call, now);
    return (found && verdictOn(found)) ?? whenNobodyKnows(call, now);
  }

  /** A client reserved and named a call of which no message ever came. */
  private async askAboutUnheard(hold: CallToAskAbout, now: Date): Promise<LivenessVerdict> {
    const { vapiCallId, callId, orgId, createdAt } = hold;
    if (vapiCallId === null || !this.lookup) return ABANDONED;
    // Followed already, and paid by another hold: a second one is not charged for the same talk.
    const followed = await this.calls.find(vapiCallId);
    if (followed?.orgId === orgId && followed.billingCallId !== callId) return ABANDONED;
    const found = await this.lookup.find(vapiCallId);
    if (found.outcome === 'gone') return ABANDONED;
    if (found.outcome === 'unreachable') {
      return now < latestEndOf({ startedAt: null, createdAt, capSeconds: null }) ? KEEP : ABANDONED;
    }
    // The name of another tenant's call proves nothing: neither is it followed, nor charged.
    if ((await this.tenants.find(found.call))?.orgId !== orgId) return ABANDONED;
    if (found.outcome === 'live' && found.answered) {
      await this.silent.follow(found, { callId: vapiCallId, orgId, billingCallId: callId });
    }
    return verdictOn(found) ?? KEEP;
  }
}

/** Null: this decides nothing. */
function verdictOn(found: KnownCall | GoneCall | Unreachable): LivenessVerdict | null {
  if (found.outcome === 'live') return { kind: 'live' };
  if (found.outcome === 'never-connected') return ABANDONED;
  if (found.outcome === 'ended' && found.duration.usable) return { kind: 'ended', seconds: found.duration.seconds };
  return null;
}

/** Gone, unreachable, or nobody to ask: the money stays as long as the call could last. */
function whenNobodyKnows(call: Call, now: Date): LivenessVerdict {
  const { startedAt, endedAt } = call;
  if (startedAt === null && endedAt !== null && secondsBetween(endedAt, now) > UNANSWERED_GRACE_SECONDS) {
    return ABANDONED;
  }
  if (now < latestEndOf(call)) return KEEP;
  // Both ends were told by the provider's own messages; only the report is missing. Unbilled would be wrong.
  const seconds = toldSeconds(call);
  return seconds === null ? ABANDONED : { kind: 'ended', seconds };
}

import { Inject, Injectable, Optional } from '@nestjs/common';
import { addSeconds } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { ReservationReader } from '@holdfast/reservation';
import type { Call } from '../domain/call';
import { latestEndOf } from '../domain/call-patience';
import { CallBook } from './call-book.port';
import { CALL_LOOKUP, type CallLookup, type LiveCall } from './call-lookup.port';
import { CallRecovery } from './recover-calls';

/** A call that was let in is answered within seconds. When nobody has said so after this, the message may be lost. */
const FIRST_QUESTION_SECONDS = 30;
/** Still ringing, or the provider does not answer: so much talk may go unwatched, at its limit for questions. */
const ASK_AGAIN_SECONDS = 60;
/** The provider says it knows no such call: it will hardly change its mind. */
const ASK_AGAIN_ABOUT_UNKNOWN_SECONDS = 600;

/** Calls that were let in and then told nothing: without a question nobody would extend, warn or end them. */
@Injectable()
export class SilentCalls {
  constructor(
    private readonly calls: CallBook,
    private readonly reader: ReservationReader,
    private readonly recovery: CallRecovery,
    private readonly clock: EngineClock,
    @Optional() @Inject(CALL_LOOKUP) private readonly lookup: CallLookup | null,
  ) {}

  /** When to ask about a call that is let in at this moment; undefined when there is nobody to ask. */
  firstQuestion(letInAt: Date): Date | undefined {
    return this.lookup ? addSeconds(letInAt, FIRST_QUESTION_SECONDS) : undefined;
  }

  /** @returns when to look at this call again; null when there is no more to ask. */
  async ask(call: Call): Promise<Date | null> {
    if (!this.lookup) return null;
    const hold = await this.reader.find(call.billingCallId, call.orgId);
    if (hold && (hold.settlement || hold.status === 'released')) {
      await this.recovery.markSettled(call);
      return null;
    }
    const found = await this.lookup.find(call.callId);
    const now = this.clock.approximate();
    if (found.outcome === 'live' && found.answered) {
      if (await this.follow(found, call)) return now;
    } else if (found.outcome === 'ended' || found.outcome === 'never-connected') {
      return this.recovery.conclude(found, call);
    }
    const pause = found.outcome === 'gone' ? ASK_AGAIN_ABOUT_UNKNOWN_SECONDS : ASK_AGAIN_SECONDS;
    const next = addSeconds(now, pause);
    return next < latestEndOf(call) ? next : null; // what it still holds, the expiry gives back
  }

  /** The provider says it is being talked: from now on it is followed like any live call. @returns whether that is durable. */
  async follow(
    { call: facts, startedAt: said }: LiveCall,
    { callId, orgId, billingCallId }: Pick<Call, 'callId' | 'orgId' | 'billingCallId'>,
  ): Promise<boolean> {
    const now = this.clock.approximate();
    const startedAt = said && said < now ? said : now;
    const unwritten = await this.calls.learn({
      callId,
      orgId,
      billingCallId,
      kind: facts.kind,
      phoneNumberId: facts.phoneNumberId,
      assistantId: facts.assistantId,
      state: 'live',
      at: now,
      startedAt,
      controlUrl: facts.controlUrl,
      capSeconds: facts.maxDurationSeconds,
      nextDecisionAt: now,
    });
    if (unwritten) return false;
    this.calls.tell({ callId, orgId, at: startedAt, kind: 'answered', detail: { callKind: facts.kind, by: 'lookup' } });
    return true;
  }
}

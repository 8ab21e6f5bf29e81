import { Injectable } from '@nestjs/common';
import { isRefusal, priceOf, Refusal, type Pence } from '@holdfast/kernel';
import { JournalReader } from '@holdfast/ledger';
import { Settings } from '@holdfast/platform';
import { judgeLiveCall, ReservationReader, Reservations, type HoldStanding } from '@holdfast/reservation';
import type { Call } from '../domain/call';
import { toldSeconds } from '../domain/call-patience';
import { CREDIT_USED_UP, creditRunsOutIn } from '../domain/spoken-sentences';
import { CallBook } from './call-book.port';

export interface CallStatus {
  readonly endCall: boolean;
  /** To be spoken: a warning, or goodbye. */
  readonly message?: string;
  readonly effectiveBalancePence: Pence;
  readonly reservedPence: Pence;
  readonly accruedPence: Pence;
  readonly remainingSeconds: number;
  readonly nextCheckSeconds: number;
}

/** Answers clients that poll, as those of the old engine do: may this call go on, and for how long? */
@Injectable()
export class StatusCheck {
  constructor(
    private readonly calls: CallBook,
    private readonly reader: ReservationReader,
    private readonly reservations: Reservations,
    private readonly wallets: JournalReader,
    private readonly settings: Settings,
  ) {}

  /** @param orgId null: whoever asks may ask about any call. Refusals: call_not_found. */
  async check(callId: string, elapsedSeconds: number | undefined, orgId: string | null): Promise<CallStatus | Refusal> {
    const [named, standing] = await Promise.all([this.calls.find(callId), this.reader.standing(callId, orgId)]);
    if (named && orgId !== null && named.orgId !== orgId) return callNotFound();
    const hold = standing?.reservation;
    // Asked by the id of its hold: the call itself knows when it was answered.
    const followed = !named && hold?.vapiCallId ? await this.calls.find(hold.vapiCallId) : null;
    const call = named ?? (followed?.orgId === hold?.orgId ? followed : null);
    const owner = named?.orgId ?? hold?.orgId;
    if (owner === undefined) return callNotFound();
    if (call?.state === 'ended' && standing?.reservation.status === 'active') return this.over(call, standing, callId);
    // What is given back may be another name of a call that is held, of which no message told.
    const payer = !call && hold?.status === 'released' ? await this.reservations.payerOf(hold.callId, owner) : null;
    const checked = await this.reservations.check(
      {
        orgId: owner,
        callId: call?.billingCallId ?? payer ?? hold?.callId ?? callId,
        elapsedSeconds,
        startedAt: call?.startedAt,
        createdBy: 'status-check',
      },
      standing,
    );
    if (isRefusal(checked)) {
      if (checked.code !== 'reservation_not_found') return checked;
      return named ? this.withoutHold(named) : callNotFound();
    }

    const decision = judgeLiveCall({
      elapsedSeconds: checked.elapsedSeconds,
      grantedSeconds: checked.status === 'active' ? checked.grantedSeconds : 0,
      intervalSeconds: this.settings.killSwitchIntervalSeconds,
    });
    const endCall = checked.prepaid && decision.endCall;
    const warn = checked.prepaid && decision.warn && checked.lastSlice;
    const message = endCall ? CREDIT_USED_UP : warn ? creditRunsOutIn(decision.remainingSeconds) : undefined;
    const detail = {
      by: 'status-check',
      remainingSeconds: decision.remainingSeconds,
      addedPence: checked.addedPence,
      endCall,
    };
    this.calls.tell({ callId, orgId: owner, at: checked.at, kind: 'checked', detail });
    return {
      endCall,
      ...(message === undefined ? {} : { message }),
      effectiveBalancePence: checked.effectiveBalancePence,
      reservedPence: checked.status === 'active' ? checked.reservedPence : 0,
      accruedPence: checked.accruedPence,
      remainingSeconds: decision.remainingSeconds,
      nextCheckSeconds: decision.nextCheckSeconds,
    };
  }

  /** Seen ended, and its report is on the way: nobody lives who could use more, so its hold grows and lasts no longer. */
  private over(call: Call, { reservation, effectiveBalancePence, at }: HoldStanding, callId: string): CallStatus {
    const { orgId } = call;
    const detail = { by: 'status-check', remainingSeconds: 0, addedPence: 0, endCall: true };
    this.calls.tell({ callId, orgId, at, kind: 'checked', detail });
    return {
      endCall: true,
      effectiveBalancePence,
      reservedPence: reservation.reservedPence,
      accruedPence: priceOf(reservation.rateCard, toldSeconds(call) ?? 0).costPence,
      remainingSeconds: 0,
      nextCheckSeconds: 0,
    };
  }

  /** A call that is known, and for which nothing could be held: it has nothing to go on with. */
  private async withoutHold({ orgId }: Call): Promise<CallStatus> {
    const wallet = await this.wallets.wallet(orgId);
    return {
      endCall: true,
      message: CREDIT_USED_UP,
      effectiveBalancePence: wallet?.effectiveBalancePence ?? 0,
      reservedPence: 0,
      accruedPence: 0,
      remainingSeconds: 0,
      nextCheckSeconds: 0,
    };
  }
}

/** The same words for a call nobody knows and for another tenant's. */
export function callNotFound(): Refusal {
  return new Refusal('call_not_found', 'There is no such call.');
}

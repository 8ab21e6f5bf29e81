import { Inject, Injectable, Optional } from '@nestjs/common';
import { isRefusal, type Refusal } from '@holdfast/kernel';
import { Settings, UnitOfWork } from '@holdfast/platform';
import { ReservationReader } from './reservation-reader.port';
import { checkCall, checkWithoutChange, type CallChecked, type CheckCall, type HoldStanding } from './check-call';
import { HOLD_LISTENER, type HoldListener } from './hold-listener.port';
import { claimHold, type ClaimHold, type HoldClaimed } from './claim-hold';
import {
  commitReservedCredits,
  noActiveReservation,
  type CommitReservedCredits,
  type ReservedCreditsCommitted,
} from './commit-reserved-credits';
import {
  releaseReservedCredits,
  reservationNotFound,
  type ReleaseReservedCredits,
  type ReservedCreditsReleased,
} from './release-reserved-credits';
import { reserveUnderAnotherName } from './reserve-under-another-name';
import { reserveCallCredits, type CallCreditsReserved, type ReserveCallCredits } from './reserve-call-credits';

/** Where the caller does not say whose call it is (an operator without a tenant), the call itself does. */
type OfAnyOrg<Request> = Omit<Request, 'orgId'> & { readonly orgId: string | null };

/** The reservation module's application service. Atomic and idempotent; a repeat changes nothing. */
@Injectable()
export class Reservations {
  constructor(
    private readonly work: UnitOfWork,
    private readonly reader: ReservationReader,
    private readonly settings: Settings,
    @Optional() @Inject(HOLD_LISTENER) private readonly listener: HoldListener | null = null,
  ) {}

  /** Refusals: organization_not_found, call_id_conflict, insufficient_balance. */
  reserve(request: Omit<ReserveCallCredits, 'ttlSeconds'>): Promise<CallCreditsReserved | Refusal> {
    const { callId, vapiCallId } = request;
    const reserve = { ttlSeconds: this.settings.reservationTtlSeconds, ...request };
    const underAnotherName = vapiCallId && vapiCallId !== callId;
    return this.work.execute(
      underAnotherName ? reserveUnderAnotherName({ ...reserve, vapiCallId }) : reserveCallCredits(reserve),
    );
  }

  /**
   * A call of the provider asks to be paid by a hold that was reserved before the provider had an id for it. Refusals:
   * organization_not_found, reservation_not_found, call_id_conflict (it pays for another), no_active_reservation (closed).
   */
  claim(request: ClaimHold): Promise<HoldClaimed | Refusal> {
    return this.work.execute(claimHold(request));
  }

  /**
   * By the call's id or the provider's: one call is charged once, whatever it is called. Refusals: organization_not_found,
   * call_id_conflict, no_active_reservation.
   */
  async commit(request: OfAnyOrg<CommitReservedCredits>): Promise<ReservedCreditsCommitted | Refusal> {
    const { callId } = request;
    const orgId = request.orgId ?? (await this.ownerOf(callId));
    if (orgId === null) return noActiveReservation();
    const commit = { ...request, orgId };
    let paid = await this.work.execute(commitReservedCredits({ ...commit, onlyIfHeld: true }));
    if (isRefusal(paid) && paid.code === 'no_active_reservation') {
      const orPaidFor = (await this.reader.find(callId, orgId))?.vapiCallId ?? callId;
      paid = await this.work.execute(commitReservedCredits({ ...commit, orPaidFor }));
    }
    if (isRefusal(paid)) return paid;
    if (paid.vapiCallId !== null) this.listener?.holdClosed(orgId, paid.callId); // most calls are no provider's
    return { ...paid, callId };
  }

  /** By the call's id or the provider's. Refusals: reservation_not_found, already_committed. */
  async release(request: OfAnyOrg<ReleaseReservedCredits>): Promise<ReservedCreditsReleased | Refusal> {
    const { callId } = request;
    const orgId = request.orgId ?? (await this.ownerOf(callId));
    if (orgId === null) return reservationNotFound();
    const release = (heldAs: string) =>
      this.work.execute(releaseReservedCredits({ ...request, orgId, callId: heldAs }));
    let released = await release(callId);
    if (isRefusal(released) ? released.code === 'reservation_not_found' : released.duplicate) {
      const payer = await this.payerOf(callId, orgId, { sinceBefore: true });
      if (payer !== null) released = await release(payer);
    }
    if (isRefusal(released)) return released;
    this.listener?.holdClosed(orgId, released.callId);
    return { ...released, callId };
  }

  /** Whose call it is, by its id or the provider's; null when nobody holds or held it. */
  private async ownerOf(callId: string): Promise<string | null> {
    return (await this.reader.find(callId, null))?.orgId ?? null;
  }

  /**
   * Under which other id is this call held? As the provider's call of a hold, or as another name of the provider's call.
   * @param sinceBefore only if it was when this one was closed: what a client has released is no name of what came later
   */
  async payerOf(callId: string, orgId: string, { sinceBefore } = { sinceBefore: false }): Promise<string | null> {
    const hold = await this.reader.find(callId, orgId);
    if (!hold) return null;
    if (hold.callId !== callId) return hold.callId;
    if (hold.vapiCallId === null || hold.vapiCallId === callId) return null;
    const payer = await this.reader.find(hold.vapiCallId, orgId);
    if (payer?.callId !== hold.vapiCallId) return null;
    return sinceBefore && hold.closedAt && payer.createdAt > hold.closedAt ? null : payer.callId;
  }

  /**
   * A sign of life: renews the hold and extends it ahead of need. Refusals: reservation_not_found.
   * @param lookaheadSeconds until the next look at this call; the kill switch's interval when left out.
   * @param standing what the caller has just read of this call: where it shows that nothing is to be written, it is
   * judged by that, without a lock.
   */
  async check(
    request: OfAnyOrg<Omit<CheckCall, 'ttlSeconds' | 'extension'>> & { readonly lookaheadSeconds?: number },
    standing: HoldStanding | null = null,
  ): Promise<CallChecked | Refusal> {
    const orgId = request.orgId ?? (await this.ownerOf(request.callId));
    if (orgId === null) return reservationNotFound();
    const { callId, createdBy, elapsedSeconds, startedAt } = request; // field by field: a rest and a spread are 1.5 µs
    const { killSwitchIntervalSeconds, reservationTtlSeconds, callSliceSeconds } = this.settings;
    const lookaheadSeconds = request.lookaheadSeconds ?? killSwitchIntervalSeconds;
    const check: CheckCall = {
      orgId,
      callId,
      createdBy,
      elapsedSeconds,
      startedAt,
      ttlSeconds: reservationTtlSeconds,
      extension: { lookaheadSeconds, sliceSeconds: callSliceSeconds },
    };
    return (standing && checkWithoutChange(check, standing)) ?? this.work.execute(checkCall(check));
  }
}

import { Injectable } from '@nestjs/common';
import type { Refusal } from '@holdfast/kernel';
import { Settings, UnitOfWork } from '@holdfast/platform';
import { ReservationReader } from './reservation-reader.port';
import { checkCall, checkWithoutChange, type CallChecked, type CheckCall, type HoldStanding } from './check-call';
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
  ) {}

  /** Refusals: organization_not_found, call_id_conflict, insufficient_balance. */
  reserve(request: Omit<ReserveCallCredits, 'ttlSeconds'>): Promise<CallCreditsReserved | Refusal> {
    return this.work.execute(reserveCallCredits({ ttlSeconds: this.settings.reservationTtlSeconds, ...request }));
  }

  /**
   * A call of the provider asks to be paid by a hold that was reserved before the provider had an id for it. Refusals:
   * organization_not_found, reservation_not_found, call_id_conflict (it pays for another), no_active_reservation (closed).
   */
  claim(request: ClaimHold): Promise<HoldClaimed | Refusal> {
    return this.work.execute(claimHold(request));
  }

  /** Refusals: organization_not_found, call_id_conflict, no_active_reservation. */
  async commit(request: OfAnyOrg<CommitReservedCredits>): Promise<ReservedCreditsCommitted | Refusal> {
    const orgId = request.orgId ?? (await this.reader.ownerOf(request.callId));
    if (orgId === null) return noActiveReservation();
    return this.work.execute(commitReservedCredits({ ...request, orgId }));
  }

  /** Refusals: reservation_not_found, already_committed. */
  async release(request: OfAnyOrg<ReleaseReservedCredits>): Promise<ReservedCreditsReleased | Refusal> {
    const orgId = request.orgId ?? (await this.reader.ownerOf(request.callId));
    if (orgId === null) return reservationNotFound();
    return this.work.execute(releaseReservedCredits({ ...request, orgId }));
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
    const orgId = request.orgId ?? (await this.reader.ownerOf(request.callId));
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

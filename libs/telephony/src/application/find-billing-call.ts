import { Injectable, Logger } from '@nestjs/common';
import { isRefusal, type Refusal, type RefusalCode } from '@holdfast/kernel';
import { Settings } from '@holdfast/platform';
import { callIdOfItsOwn, ReservationReader, Reservations, type ReservationState } from '@holdfast/reservation';
import type { Call } from '../domain/call';
import type { CallFacts } from '../domain/call-event';
import { verifyTenantClaims } from '../domain/tenant-claim';

const WEBHOOK = 'vapi:webhook';

/** The hold that was named pays for another call, has been given back, or never was: this call is on its own. */
const NAMED_IN_VAIN: readonly RefusalCode[] = ['call_id_conflict', 'no_active_reservation', 'reservation_not_found'];

/**
 * Under which call id is this call's money held? Under the one that its hold names it by already; else under the one its
 * signed metadata name, if that hold is still free: the first call of Vapi that claims a hold has it for ever, and a
 * second one with the same metadata pays for itself. Else under its own, or, if another tenant has reserved under that, under
 * one that names the organisation too.
 */
@Injectable()
export class BillingCallFinder {
  private readonly log = new Logger('holds');

  constructor(
    private readonly reader: ReservationReader,
    private readonly reservations: Reservations,
    private readonly settings: Settings,
  ) {}

  /**
   * @param known what is known of this call already
   * @param startedAt when it began; null when nobody knows
   * @param heldAs the call id of the hold that names it, where somebody has looked already
   * Refusals are transient: asked again, the answer will be another.
   */
  async find(
    call: CallFacts,
    orgId: string,
    known: Pick<Call, 'billingCallId' | 'state'> | null,
    startedAt: Date | null,
    heldAs?: string,
  ): Promise<string | Refusal> {
    const { callId } = call;
    if (known && known.billingCallId !== callId) return known.billingCallId;
    const named = this.namedBy(call, orgId);
    // One that the gate refused holds nothing yet, and its id may be another tenant's.
    if (known && known.state !== 'refused' && named === undefined) return callId;
    if (heldAs !== undefined) return heldAs;
    const hold = await this.reader.find(callId, orgId);
    if (hold && (named === undefined || hold.callId !== callId)) return hold.callId;
    if (named === undefined) return idOfItsOwn(callId, orgId, await this.reader.find(callId, null));
    const claimed = await this.reservations.claim({
      orgId,
      callId: named,
      vapiCallId: callId,
      startedAt,
      createdBy: WEBHOOK,
    });
    if (!isRefusal(claimed)) return claimed.callId;
    if (!NAMED_IN_VAIN.includes(claimed.code)) return claimed;
    if (!known)
      this.log.warn(`call ${callId} named the hold of ${named} in vain (${claimed.code}); it pays for itself`);
    return idOfItsOwn(callId, orgId, await this.reader.find(callId, null));
  }

  /** Only the organisation that the call belongs to may name a hold of its own. */
  private namedBy(call: CallFacts, orgId: string): string | undefined {
    const signed = verifyTenantClaims([this.settings.vapi.webhookSecret], call.claims);
    return signed.find((claim) => claim.callId !== undefined && claim.orgId.toLowerCase() === orgId)?.callId;
  }
}

/**
 * The provider's id; where another tenant reserved under that, one that nobody else has: a call that is talked is paid by the
 * tenant that it belongs to.
 * @param taken what is held under the provider's id, by anybody
 */
function idOfItsOwn(callId: string, orgId: string, taken: ReservationState | null): string {
  return taken?.callId === callId && taken.orgId !== orgId ? callIdOfItsOwn(callId, orgId) : callId;
}

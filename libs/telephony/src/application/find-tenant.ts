import { Injectable } from '@nestjs/common';
import { isUuid, Settings } from '@holdfast/platform';
import { ReservationReader } from '@holdfast/reservation';
import type { CallFacts } from '../domain/call-event';
import { verifyTenantClaims } from '../domain/tenant-claim';
import { NumberDirectory } from './number-directory.port';

export interface Tenant {
  readonly orgId: string;
  /** The assistant configured for the called number, else the one that the call itself names; null when there is neither. */
  readonly assistantId: string | null;
  /** The call id of the hold by which the tenant was found. */
  readonly heldAs?: string;
  /** When the number or the assistant by which it was found came to it. */
  readonly since?: Date;
}

/**
 * Whose call is it? The phone number first: the provider assigns its id, so no caller can forge it. Then the assistant,
 * when only one organisation has it; then metadata that our own secret signed; last a hold somebody reserved for this
 * very call. Unsigned metadata is never believed.
 */
@Injectable()
export class TenantFinder {
  constructor(
    private readonly numbers: NumberDirectory,
    private readonly reservations: ReservationReader,
    private readonly settings: Settings,
  ) {}

  async find(call: CallFacts): Promise<Tenant | null> {
    if (call.phoneNumberId !== undefined) {
      const number = await this.numbers.findByVapiId(call.phoneNumberId);
      if (number) return { orgId: number.orgId, assistantId: number.assistantId, since: number.since };
    }
    if (call.assistantId !== undefined) {
      const owner = await this.numbers.findOrgByAssistant(call.assistantId);
      if (owner) return { ...owner, assistantId: call.assistantId };
    }
    const [claim] = verifyTenantClaims([this.settings.vapi.webhookSecret], call.claims);
    const claimed = claim?.orgId;
    if (isUuid(claimed)) return { orgId: claimed.toLowerCase(), assistantId: call.assistantId ?? null };
    const reserved = await this.reservations.find(call.callId, null);
    return reserved && { orgId: reserved.orgId, assistantId: null, heldAs: reserved.callId };
  }

  /** Whatever its number or assistant says: signed metadata, or a hold for this very call, say that it is theirs. */
  async isNamedBy(call: CallFacts, orgId: string): Promise<boolean> {
    const signed = verifyTenantClaims([this.settings.vapi.webhookSecret], call.claims);
    if (signed.some((claim) => claim.orgId.toLowerCase() === orgId)) return true;
    return (await this.reservations.find(call.callId, orgId)) !== null;
  }
}

import { Injectable, Logger } from '@nestjs/common';
import { isRefusal, secondsFor } from '@holdfast/kernel';
import { Organizations } from '@holdfast/ledger';
import { EngineClock } from '@holdfast/platform';
import { ReservationReader, Reservations, type CallCreditsReserved } from '@holdfast/reservation';
import type { CallFacts } from '../domain/call-event';
import { CallBook } from './call-book.port';
import { TenantFinder } from './find-tenant';

export type GateDecision =
  | {
      readonly open: true;
      readonly orgId: string;
      readonly reservationId: string | null;
      readonly assistantId: string;
      /** How long the provider may let the call last, by itself, whatever happens to this engine. */
      readonly capSeconds: number;
    }
  | { readonly open: false; readonly orgId: string | null; readonly why: GateRefusalReason };

export type GateRefusalReason = 'number_unknown' | 'out_of_credit' | 'not_available';

/** The provider's own longest call. */
const LONGEST_CALL_SECONDS = 43_200;
/** The provider's smallest limit: a shorter call cannot be limited, so it must not start. */
const SHORTEST_CALL_SECONDS = 10;
const GATE = 'vapi:gate';

/** Lets a call in for as long as it can be paid for, or says why not. A repeat finds the same hold and answers alike. */
@Injectable()
export class Gate {
  private readonly log = new Logger('gate');

  constructor(
    private readonly tenants: TenantFinder,
    private readonly organizations: Organizations,
    private readonly reservations: Reservations,
    private readonly reader: ReservationReader,
    private readonly calls: CallBook,
    private readonly clock: EngineClock,
  ) {}

  async decide(call: CallFacts): Promise<GateDecision> {
    const tenant = await this.tenants.find(call);
    if (!tenant?.assistantId) return { open: false, orgId: tenant?.orgId ?? null, why: 'number_unknown' };
    const { orgId, assistantId } = tenant;
    const reserved = await this.reservations.reserve({ orgId, callId: call.callId, vapiCallId: call.callId, createdBy: GATE });
    if (isRefusal(reserved)) {
      const why = reserved.code === 'insufficient_balance' ? 'out_of_credit' : 'not_available';
      return this.refuse(call, orgId, why, reserved.code);
    }
    if (reserved.status !== 'active') return this.refuse(call, orgId, 'not_available', `the hold is ${reserved.status}`);
    const capSeconds = await this.capOf(orgId, reserved);
    if (capSeconds < SHORTEST_CALL_SECONDS) {
      await this.giveBack(call.callId, orgId);
      return this.refuse(call, orgId, 'out_of_credit', `${capSeconds} s is less than the provider can limit`);
    }
    await this.accept(call, orgId, assistantId, capSeconds);
    return { open: true, orgId, reservationId: reserved.reservationId, assistantId, capSeconds };
  }

  /** The answer was given up before the decision came: the call does not start, so nothing may stay held for it. */
  async takeBack(call: CallFacts, decision: GateDecision): Promise<void> {
    if (decision.open) await this.giveBack(call.callId, decision.orgId);
  }

  /**
   * `strict`: what the hold pays, so that all caps together never exceed the wallet. `protect`: what the whole wallet
   * could pay, so that a running call can be extended; the engine's own timer enforces the rest.
   */
  private async capOf(orgId: string, reserved: CallCreditsReserved): Promise<number> {
    const organization = await this.organizations.get(orgId);
    if (isRefusal(organization) || organization.sharing === 'strict') return reserved.grantedSeconds;
    if (!organization.prepaidBilling) return LONGEST_CALL_SECONDS;
    const reservation = await this.reader.find(reserved.callId, orgId);
    if (!reservation) return reserved.grantedSeconds;
    const spendable = reserved.reservedPence + reserved.effectiveBalancePence + organization.debtLimitPence;
    return secondsFor(reservation.rateCard, spendable);
  }

  private async accept(call: CallFacts, orgId: string, assistantId: string, capSeconds: number): Promise<void> {
    const at = this.clock.approximate();
    const { callId, kind, phoneNumberId } = call;
    const unwritten = await this.calls.learn({
      callId,
      orgId,
      kind,
      phoneNumberId,
      assistantId,
      state: 'ringing',
      at,
      capSeconds,
    });
    // The hold is durable already; the next message of this call tells the rest.
    if (unwritten) this.log.warn(`call ${callId} was let in but not noted: ${unwritten.code}`);
    this.calls.tell({ callId, orgId, at, kind: 'gate_accepted', detail: { capSeconds } });
  }

  private async refuse(call: CallFacts, orgId: string, why: GateRefusalReason, reason: string): Promise<GateDecision> {
    const at = this.clock.approximate();
    await this.calls.learn({ callId: call.callId, orgId, kind: call.kind, state: 'refused', at });
    this.calls.tell({ callId: call.callId, orgId, at, kind: 'gate_refused', detail: { why, reason } });
    return { open: false, orgId, why };
  }

  private async giveBack(callId: string, orgId: string): Promise<void> {
    const released = await this.reservations.release({ callId, orgId, reason: 'the call did not start', createdBy: GATE });
    if (isRefusal(released)) this.log.warn(`hold of ${callId} was not given back (${released.code}); it will expire`);
  }
}

import { Injectable, Logger } from '@nestjs/common';
import { isRefusal } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { Reservations, type CallCreditsReserved } from '@holdfast/reservation';
import type { CallNews } from '../domain/call';
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

/** The provider's smallest limit: a shorter call cannot be limited, so it must not start. */
const SHORTEST_CALL_SECONDS = 10;
const GATE = 'vapi:gate';

/** Lets a call in for as long as it can be paid for, or says why not. A repeat finds the same hold and answers alike. */
@Injectable()
export class Gate {
  private readonly log = new Logger('gate');

  constructor(
    private readonly tenants: TenantFinder,
    private readonly reservations: Reservations,
    private readonly calls: CallBook,
    private readonly clock: EngineClock,
  ) {}

  async decide(call: CallFacts): Promise<GateDecision> {
    const tenant = await this.tenants.find(call);
    if (!tenant?.assistantId) return { open: false, orgId: tenant?.orgId ?? null, why: 'number_unknown' };
    const { orgId, assistantId } = tenant;
    const reserved = await this.reservations.reserve({
      orgId,
      callId: call.callId,
      vapiCallId: call.callId,
      createdBy: GATE,
    });
    if (isRefusal(reserved)) {
      const why = reserved.code === 'insufficient_balance' ? 'out_of_credit' : 'not_available';
      return this.refuse(call, orgId, why, reserved.code);
    }
    if (reserved.status !== 'active')
      return this.refuse(call, orgId, 'not_available', `the hold is ${reserved.status}`);
    const capSeconds = capOf(reserved);
    if (capSeconds < SHORTEST_CALL_SECONDS) {
      await this.giveBack(call.callId, orgId);
      return this.refuse(call, orgId, 'out_of_credit', `${capSeconds} s is less than the provider can limit`);
    }
    const { createdAt: at } = reserved;
    const { callId, kind, phoneNumberId } = call;
    this.note({ callId, orgId, kind, phoneNumberId, assistantId, state: 'ringing', at, capSeconds });
    this.calls.tell({ callId, orgId, at, kind: 'gate_accepted', detail: { capSeconds } });
    return { open: true, orgId, reservationId: reserved.reservationId, assistantId, capSeconds };
  }

  /** The answer was given up before the decision came: the call does not start, so nothing may stay held for it. */
  async takeBack(call: CallFacts, decision: GateDecision): Promise<void> {
    if (decision.open) await this.giveBack(call.callId, decision.orgId);
  }

  private note(news: CallNews): void {
    this.calls
      .learn(news)
      // The hold is durable already; the next message of this call tells the rest.
      .then((unwritten) => unwritten && this.log.warn(`gate of call ${news.callId} was not noted: ${unwritten.code}`))
      .catch((fault: Error) => this.log.warn(`gate of call ${news.callId} was not noted: ${fault.message}`));
  }

  private refuse(call: CallFacts, orgId: string, why: GateRefusalReason, reason: string): GateDecision {
    const at = this.clock.approximate();
    this.note({ callId: call.callId, orgId, kind: call.kind, state: 'refused', at });
    this.calls.tell({ callId: call.callId, orgId, at, kind: 'gate_refused', detail: { why, reason } });
    return { open: false, orgId, why };
  }

  private async giveBack(callId: string, orgId: string): Promise<void> {
    const released = await this.reservations.release({
      callId,
      orgId,
      reason: 'the call did not start',
      createdBy: GATE,
    });
    if (isRefusal(released)) this.log.warn(`hold of ${callId} was not given back (${released.code}); it will expire`);
  }
}

/**
 * `strict`: what the hold pays, so that all caps together never exceed the wallet. `protect`: what the whole wallet
 * could pay, so that a running call can be extended; the engine's own timer enforces the rest.
 */
function capOf({ sharing, grantedSeconds, payableSeconds }: CallCreditsReserved): number {
  return sharing === 'strict' ? grantedSeconds : payableSeconds;
}

import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { isRefusal } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { ReservationReader, Reservations, type CallCreditsReserved } from '@holdfast/reservation';
import type { CallNews } from '../domain/call';
import type { CallFacts } from '../domain/call-event';
import { SilentCalls } from './ask-about-silent-call';
import { CallBook } from './call-book.port';
import { TenantFinder } from './find-tenant';

export type GateDecision =
  | {
      readonly open: true;
      readonly orgId: string;
      /** The call id of the hold that pays. */
      readonly billingCallId: string;
      /** It was held before this question was asked. */
      readonly heldBefore: boolean;
      readonly reservationId: string | null;
      readonly assistantId: string;
      /** How long the provider may let the call last, by itself, whatever happens to this engine. */
      readonly capSeconds: number;
    }
  | { readonly open: false; readonly orgId: string | null; readonly why: GateRefusalReason };

/** `call_over`: whoever called has hung up already; a delivery that came late, or once more. */
export type GateRefusalReason = 'number_unknown' | 'out_of_credit' | 'not_available' | 'call_over';

/** The provider's smallest limit: a shorter call cannot be limited, so it must not start. */
const SHORTEST_CALL_SECONDS = 10;
const GATE = 'vapi:gate';
/**
 * Pauses before a hold of a call that did not start is given back once more, real time. Together longer than a failover;
 * after that it expires like any hold nobody uses.
 */
const GIVE_BACK_AGAIN_MS = [1_000, 2_000, 5_000, 15_000, 60_000] as const;
/** Nothing was changed, or nobody knows: the same may succeed later. */
const PASSING: readonly string[] = ['database_unavailable', 'overloaded', 'outcome_unknown'];

/** Lets a call in for as long as it can be paid for, or says why not. A repeat finds the same hold and answers alike. */
@Injectable()
export class Gate implements OnModuleDestroy {
  private readonly log = new Logger('gate');
  private readonly givingBack = new Set<NodeJS.Timeout>();

  constructor(
    private readonly tenants: TenantFinder,
    private readonly reader: ReservationReader,
    private readonly reservations: Reservations,
    private readonly calls: CallBook,
    private readonly silent: SilentCalls,
    private readonly clock: EngineClock,
  ) {}

  onModuleDestroy(): void {
    for (const timer of this.givingBack) clearTimeout(timer); // what is still held expires
  }

  async decide(call: CallFacts): Promise<GateDecision> {
    const [tenant, known, held] = await Promise.all([
      this.tenants.find(call),
      this.calls.find(call.callId),
      this.reader.find(call.callId, null),
    ]);
    if (known && (known.endedAt !== null || known.state === 'ended' || known.state === 'settled')) {
      return { open: false, orgId: known.orgId, why: 'call_over' };
    }
    if (!tenant?.assistantId) return { open: false, orgId: tenant?.orgId ?? null, why: 'number_unknown' };
    const { orgId, assistantId } = tenant;
    const wasHeld = held?.orgId === orgId && held.status === 'active';
    const reserved = await this.reservations.reserve({
      orgId,
      callId: call.callId,
      vapiCallId: call.callId,
      beginsNow: known?.state !== 'live',
      createdBy: GATE,
    });
    if (isRefusal(reserved)) {
      // Perhaps it is held all the same, and the call is refused: nothing may stay held for it.
      if (reserved.code === 'outcome_unknown' && !wasHeld) this.giveBackLater(call.callId, orgId);
      const why = reserved.code === 'insufficient_balance' ? 'out_of_credit' : 'not_available';
      return this.refuse(call, orgId, why, reserved.code);
    }
    const billingCallId = reserved.heldAs; // a client of this tenant may have reserved for this very call already
    if (reserved.status !== 'active') return { open: false, orgId, why: 'call_over' };
    const capSeconds = capOf(reserved);
    if (capSeconds < SHORTEST_CALL_SECONDS) {
      await this.giveBack(billingCallId, orgId);
      return this.refuse(call, orgId, 'out_of_credit', `${capSeconds} s is less than the provider can limit`);
    }
    const { createdAt: at } = reserved;
    const { callId, kind, phoneNumberId } = call;
    const nextDecisionAt = this.silent.firstQuestion(at);
    const what = { callId, orgId, billingCallId, kind, phoneNumberId, assistantId };
    this.note({ ...what, state: 'ringing', at, capSeconds, nextDecisionAt });
    this.calls.tell({ callId, orgId, at, kind: 'gate_accepted', detail: { capSeconds } });
    const { duplicate: heldBefore, reservationId } = reserved;
    return { open: true, orgId, billingCallId, heldBefore, reservationId, assistantId, capSeconds };
  }

  /**
   * The answer was given up before the decision came: the call does not start, so nothing may stay held for it. What was held
   * before is not this question's: a request that comes once more must not take a running call's hold.
   */
  async takeBack(call: CallFacts, decision: GateDecision): Promise<void> {
    if (!decision.open || decision.heldBefore) return;
    if (!(await this.giveBack(decision.billingCallId, decision.orgId))) return;
    const at = this.clock.approximate();
    this.note({ callId: call.callId, orgId: decision.orgId, state: 'settled', at, settledAt: at });
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

  /** @returns whether nothing is held any more; when the database did not say, it is tried again behind this. */
  private async giveBack(callId: string, orgId: string, attempt = 0): Promise<boolean> {
    const released = await this.reservations.release({
      callId,
      orgId,
      reason: 'the call did not start',
      createdBy: GATE,
    });
    if (!isRefusal(released) || released.code === 'reservation_not_found') return true; // it never came to be held
    if (PASSING.includes(released.code) && attempt < GIVE_BACK_AGAIN_MS.length) {
      this.giveBackLater(callId, orgId, attempt);
    } else {
      this.log.warn(`hold of ${callId} was not given back (${released.code}); it will expire`);
    }
    return false;
  }

  private giveBackLater(callId: string, orgId: string, attempt = 0): void {
    const timer = setTimeout(() => {
      this.givingBack.delete(timer);
      this.giveBack(callId, orgId, attempt + 1).catch((fault: Error) =>
        this.log.error(`hold of ${callId} was not given back: ${fault.message}`, fault.stack),
      );
    }, GIVE_BACK_AGAIN_MS[attempt]);
    this.givingBack.add(timer);
  }
}

/**
 * `strict`: what the hold pays, so that all caps together never exceed the wallet. `protect`: what the whole wallet
 * could pay, so that a running call can be extended; the engine's own timer enforces the rest.
 */
function capOf({ sharing, grantedSeconds, payableSeconds }: CallCreditsReserved): number {
  return sharing === 'strict' ? grantedSeconds : payableSeconds;
}

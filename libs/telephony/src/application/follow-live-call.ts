import { Injectable } from '@nestjs/common';
import { isRefusal, type Refusal } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { callIdOfItsOwn, ReservationReader, Reservations, type CallCreditsReserved } from '@holdfast/reservation';
import type { Call } from '../domain/call';
import type { CallChangedStatus, CallFacts, CallWentLive, SignOfLife } from '../domain/call-event';
import { momentOf } from '../domain/message-time';
import { CallBook } from './call-book.port';
import { EnforceCalls } from './enforce-calls';
import { BillingCallFinder } from './find-billing-call';
import { failed, type Followed } from './followed';

const WEBHOOK = 'vapi:webhook';
/** Nothing could be held: the call is followed all the same, and the timer ends it. */
const UNPAID: readonly string[] = ['insufficient_balance', 'call_id_conflict'];

/** Whose call it is, as far as was found out before. */
interface Seen {
  readonly orgId: string;
  readonly known: Call | null;
  readonly heldAs: string | undefined;
  /** When the message came, for the first time. */
  readonly arrivedAt: Date;
}

/** Messages that show a call being talked: the first one reserves, every other one renews. */
@Injectable()
export class LiveCallFollower {
  constructor(
    private readonly reader: ReservationReader,
    private readonly reservations: Reservations,
    private readonly billing: BillingCallFinder,
    private readonly enforcement: EnforceCalls,
    private readonly calls: CallBook,
    private readonly clock: EngineClock,
  ) {}

  /** The message that says so. */
  live({ call, at: said }: CallWentLive, seen: Seen): Promise<Followed> {
    const { known, orgId } = seen;
    switch (known?.state) {
      case 'settled':
        return Promise.resolve({ status: 'processed', orgId, outcome: { note: 'the call is settled already' } });
      case 'ended':
        return this.answeredAfterAll(call, known, seen, said);
      case 'live':
        return this.stillLive(call, known, seen, said);
      case 'refused':
        // Refused, and talked all the same: whether it still is depends on whether its end was told.
        return known.endedAt === null
          ? this.firstSeen(call, seen, said)
          : this.answeredAfterAll(call, known, seen, said);
      default:
        return this.firstSeen(call, seen, said);
    }
  }

  /** Any other message that Vapi sends only while a call is under way. */
  signOfLife(event: SignOfLife | CallChangedStatus, seen: Seen): Promise<Followed> {
    const { known, orgId } = seen;
    const { call, at } = event;
    // Outbound and web calls ask nobody: the first message that shows them talked reserves. So is a call answered that came
    // through the gate, when the message that should have said so was lost. Ringing is not answered yet.
    const talked = event.type === 'sign-of-life' || event.status === 'forwarding';
    if (known?.state === 'live' && talked) return this.stillLive(call, known, seen);
    if (talked && (known === null || known.state === 'ringing')) return this.firstSeen(call, seen, at);
    const waits = event.type === 'call-status' && event.signOfLife && (known === null || known.state === 'ringing');
    return Promise.resolve({ status: 'processed', orgId, outcome: waits ? { note: 'not answered yet' } : {} });
  }

  private async firstSeen(
    call: CallFacts,
    { orgId, known, heldAs, arrivedAt }: Seen,
    said: Date | undefined,
  ): Promise<Followed> {
    const now = this.clock.approximate();
    const startedAt = known?.startedAt ?? momentOf(said, arrivedAt);
    const found = await this.billing.find(call, orgId, known, startedAt, heldAs);
    if (isRefusal(found)) return failed(orgId, found);
    // What came through the gate holds its credit already; the timer looks at once and would notice if not.
    const { billingCallId, hold } =
      known?.state === 'ringing' ? { billingCallId: found, hold: null } : await this.holdAs(found, call.callId, orgId);
    if (isRefusal(hold) && !UNPAID.includes(hold.code)) return failed(orgId, hold);
    const unwritten = await this.calls.learn({
      callId: call.callId,
      orgId,
      billingCallId,
      kind: call.kind,
      phoneNumberId: call.phoneNumberId,
      assistantId: call.assistantId,
      state: 'live',
      at: now,
      startedAt,
      controlUrl: call.controlUrl,
      capSeconds: known?.capSeconds ?? call.maxDurationSeconds,
      nextDecisionAt: now,
    });
    if (unwritten) return failed(orgId, unwritten);
    this.calls.tell({ callId: call.callId, orgId, at: startedAt, kind: 'answered', detail: { callKind: call.kind } });
    if (!isRefusal(hold)) return { status: 'processed', orgId, outcome: { reservedPence: hold?.reservedPence } };
    void this.enforcement.lookNow(); // nothing is paid: not a moment later than possible
    // That another tenant holds this very call id is nothing a top-up cures: an operator has to know.
    return hold.code === 'call_id_conflict'
      ? failed(orgId, hold)
      : { status: 'processed', orgId, outcome: { refused: hold.code } };
  }

  /** Where a client had reserved too early and that hold has expired, it is held anew: under the next id that is free. */
  private async holdAs(
    billingCallId: string,
    vapiCallId: string,
    orgId: string,
  ): Promise<{ billingCallId: string; hold: CallCreditsReserved | Refusal }> {
    const hold = await this.reservations.reserve({ orgId, callId: billingCallId, vapiCallId, createdBy: WEBHOOK });
    const last = callIdOfItsOwn(vapiCallId, orgId);
    if (isRefusal(hold)) {
      const taken = hold.code === 'call_id_conflict' && billingCallId !== last;
      return taken ? this.holdAs(last, vapiCallId, orgId) : { billingCallId, hold };
    }
    if (hold.status === 'expired' && billingCallId !== last)
      return this.holdAs(billingCallId === vapiCallId ? last : vapiCallId, vapiCallId, orgId);
    return { billingCallId: hold.heldAs, hold }; // a client may have reserved meanwhile
  }

  /**
   * A repeat, or one sign of life more: the hold is renewed, and a control URL that was not known yet is.
   * @param answeredAt what a message says that tells when the call was answered: something else may have been heard before it
   */
  private async stillLive(call: CallFacts, known: Call, { arrivedAt }: Seen, answeredAt?: Date): Promise<Followed> {
    const { callId, orgId, billingCallId } = known;
    const { controlUrl } = call;
    const at = this.clock.approximate();
    const startedAt = earlierOf(known.startedAt, answeredAt && momentOf(answeredAt, arrivedAt));
    if ((controlUrl && controlUrl !== known.controlUrl) || startedAt !== known.startedAt) {
      // Looked at now, the first URL and an earlier beginning: a warning, or the end, may be overdue.
      const news = { callId, orgId, state: 'live', at, controlUrl, nextDecisionAt: at } as const;
      const unwritten = await this.calls.learn({ ...news, startedAt: startedAt ?? undefined });
      if (unwritten) return failed(orgId, unwritten);
    }
    const standing = await this.reader.standing(billingCallId, orgId);
    // A call without a hold is the timer's: it tries again to hold something, or ends the call.
    if (standing)
      await this.reservations.check({ orgId, callId: billingCallId, startedAt, createdBy: WEBHOOK }, standing);
    return { status: 'processed', orgId, outcome: {} };
  }

  /** The end was told before the beginning: both are needed where the report is lost, or made no sense. */
  private async answeredAfterAll(
    call: CallFacts,
    known: Call,
    { arrivedAt }: Seen,
    said: Date | undefined,
  ): Promise<Followed> {
    const { callId, orgId, startedAt: toldBefore, endedAt } = known;
    const at = this.clock.approximate();
    const startedAt = said === undefined ? null : momentOf(said, arrivedAt);
    const isNews = startedAt !== null && earlierOf(toldBefore, startedAt) !== toldBefore;
    if (isNews && (endedAt === null || startedAt <= endedAt)) {
      const billingCallId = await this.billing.find(call, orgId, known, startedAt);
      if (isRefusal(billingCallId)) return failed(orgId, billingCallId);
      // Whoever looked already and found that nothing could be charged looks again.
      const news = { callId, orgId, billingCallId, kind: call.kind, state: 'ended', at, startedAt } as const;
      const unwritten = await this.calls.learn({ ...news, nextDecisionAt: at });
      if (unwritten) return failed(orgId, unwritten);
    }
    return { status: 'processed', orgId, outcome: { note: 'the call is ended already' } };
  }
}

function earlierOf(known: Date | null, told: Date | undefined): Date | null {
  return told !== undefined && (known === null || told < known) ? told : known;
}

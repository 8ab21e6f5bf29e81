import { Injectable } from '@nestjs/common';
import { isRefusal, type Refusal } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { ReservationReader, Reservations, type CallCreditsReserved } from '@holdfast/reservation';
import type { Call } from '../domain/call';
import type { CallEnded, CallFacts, CallReported, VapiEvent } from '../domain/call-event';
import { momentOf } from '../domain/message-time';
import { CallBook } from './call-book.port';
import { EnforceCalls } from './enforce-calls';
import { TenantFinder } from './find-tenant';
import { REPORT_GRACE_SECONDS } from './report-grace';
import { CallSettlement } from './settle-call';

/** What became of a message. `transient`: it may succeed when tried again. */
export type Followed =
  | { readonly status: 'processed'; readonly orgId: string | null; readonly outcome: Readonly<Record<string, unknown>> }
  | { readonly status: 'ignored'; readonly orgId: string | null; readonly reason: string }
  | { readonly status: 'failed'; readonly orgId: string | null; readonly error: string; readonly transient: boolean };

type Followable = Exclude<VapiEvent, { type: 'assistant-request' | 'ignored' | 'unidentified' }>;

const WEBHOOK = 'vapi:webhook';
const TRANSIENT: readonly string[] = ['database_unavailable', 'overloaded', 'outcome_unknown'];

/** Follows a call from its messages. They come in any order, twice, late or never: the money ends up the same. */
@Injectable()
export class CallFollower {
  constructor(
    private readonly tenants: TenantFinder,
    private readonly reservations: Reservations,
    private readonly reader: ReservationReader,
    private readonly settlement: CallSettlement,
    private readonly enforcement: EnforceCalls,
    private readonly calls: CallBook,
    private readonly clock: EngineClock,
  ) {}

  async follow(event: Followable): Promise<Followed> {
    const known = await this.calls.find(event.call.callId);
    const orgId = known?.orgId ?? (await this.tenants.find(event.call))?.orgId ?? null;
    if (orgId === null) return this.withoutTenant(event);
    switch (event.type) {
      case 'call-live':
        return this.live(event.call, orgId, known, event.at);
      case 'sign-of-life':
      case 'call-status':
        return this.signOfLife(event, orgId, known);
      case 'call-ended':
        return this.ended(event, orgId, known);
      case 'call-report':
        return this.reported(event, orgId, known);
    }
  }

  private async live(call: CallFacts, orgId: string, known: Call | null, said?: Date): Promise<Followed> {
    if (known && (known.state === 'ended' || known.state === 'settled')) {
      return { status: 'processed', orgId, outcome: { note: `the call is ${known.state} already` } };
    }
    const now = this.clock.approximate();
    const startedAt = known?.startedAt ?? momentOf(said, now);
    const billingCallId = known?.billingCallId ?? (await this.billingCallIdOf(call.callId, orgId));
    // What came through the gate holds its credit already; the timer looks at once and would notice if not.
    const hold = known?.state === 'ringing' ? null : await this.hold(call.callId, billingCallId, orgId);
    // Without money the call is followed all the same: the timer ends it at once.
    if (isRefusal(hold) && hold.code !== 'insufficient_balance') return failed(orgId, hold);
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
    if (isRefusal(hold)) void this.enforcement.tick(); // nothing is paid: not a moment later than possible
    if (known?.state !== 'live') {
      this.calls.tell({ callId: call.callId, orgId, at: startedAt, kind: 'answered', detail: { callKind: call.kind } });
    }
    return {
      status: 'processed',
      orgId,
      outcome: isRefusal(hold) ? { refused: hold.code } : { reservedPence: hold?.reservedPence },
    };
  }

  private hold(callId: string, billingCallId: string, orgId: string): Promise<CallCreditsReserved | Refusal> {
    return this.reservations.reserve({ orgId, callId: billingCallId, vapiCallId: callId, createdBy: WEBHOOK });
  }

  private async signOfLife(
    event: Extract<Followable, { type: 'sign-of-life' | 'call-status' }>,
    orgId: string,
    known: Call | null,
  ): Promise<Followed> {
    const alive = event.type === 'sign-of-life' || event.signOfLife;
    if (!alive || (known !== null && known.state !== 'ringing')) return { status: 'processed', orgId, outcome: {} };
    // Outbound and web calls ask nobody: the first message that shows them alive reserves. So is a call answered that
    // came through the gate, when the message that should have said so was lost. Ringing is not answered yet.
    if (event.type === 'sign-of-life') return this.live(event.call, orgId, known, event.at);
    return { status: 'processed', orgId, outcome: { note: 'not answered yet' } };
  }

  private async ended(event: CallEnded, orgId: string, known: Call | null): Promise<Followed> {
    const { callId, kind } = event.call;
    // A call that was refused at the gate, or never held anything here, ends without any money.
    if (known?.state === 'refused') return { status: 'processed', orgId, outcome: { note: 'refused at the gate' } };
    if (known?.state === 'settled') return { status: 'processed', orgId, outcome: { note: 'settled already' } };
    const now = this.clock.approximate();
    const endedAt = momentOf(event.at, now);
    const billingCallId = known?.billingCallId ?? (await this.billingCallIdOf(callId, orgId));
    const graceMs = REPORT_GRACE_SECONDS * 1_000;
    const unwritten = await this.calls.learn({
      callId,
      orgId,
      billingCallId,
      kind,
      phoneNumberId: event.call.phoneNumberId,
      state: 'ended',
      at: now,
      endedAt,
      endedReason: event.endedReason,
      nextDecisionAt: new Date(now.getTime() + graceMs),
    });
    if (unwritten) return failed(orgId, unwritten);
    this.calls.tell({ callId, orgId, at: endedAt, kind: 'ended', detail: { endedReason: event.endedReason } });
    return { status: 'processed', orgId, outcome: { note: 'waiting for the report' } };
  }

  private async reported(event: CallReported, orgId: string, known: Call | null): Promise<Followed> {
    const { callId } = event.call;
    const { duration } = event;
    if (!duration.usable) {
      await this.keepForOperator(event, orgId, known);
      return { status: 'failed', orgId, error: `no usable duration: ${duration.reason}`, transient: false };
    }
    const billingCallId = known?.billingCallId ?? (await this.billingCallIdOf(callId, orgId));
    const settled = await this.settlement.settle({
      callId,
      billingCallId,
      orgId,
      seconds: duration.seconds,
      startedAt: event.startedAt,
      endedAt: event.endedAt,
      endedReason: event.endedReason,
      costUsd: event.costUsd,
      source: 'vapi:report',
    });
    if (isRefusal(settled)) {
      this.calls.tell({
        callId,
        orgId,
        at: this.clock.approximate(),
        kind: 'settlement_failed',
        detail: { code: settled.code },
      });
      return failed(orgId, settled);
    }
    const detail = { seconds: duration.seconds, ...(duration.flag && { flag: duration.flag }) };
    this.calls.tell({ callId, orgId, at: this.clock.approximate(), kind: 'reported', detail });
    const { transactionId, chargedPence, uncollectedPence, duplicate, late } = settled;
    return {
      status: 'processed',
      orgId,
      outcome: { transactionId, chargedPence, uncollectedPence, duplicate, late, ...detail },
    };
  }

  /** The call is over, but nobody may be charged by this report: its hold stays until somebody knows. */
  private async keepForOperator(event: CallReported, orgId: string, known: Call | null): Promise<void> {
    const now = this.clock.approximate();
    const { callId, kind } = event.call;
    const state = known?.state === 'settled' ? 'settled' : 'ended';
    const nextDecisionAt = state === 'ended' ? now : undefined;
    await this.calls.learn({ callId, orgId, kind, state, at: now, endedReason: event.endedReason, nextDecisionAt });
    this.calls.tell({ callId, orgId, at: now, kind: 'settlement_failed', detail: { duration: event.duration } });
  }

  private async withoutTenant(event: Followable): Promise<Followed> {
    if (event.type === 'call-report' || event.type === 'call-live') {
      return { status: 'failed', orgId: null, error: 'no organization is known for this call', transient: false };
    }
    return { status: 'ignored', orgId: null, reason: 'no organization is known for this call' };
  }

  /** The id its hold has: its own, unless a client reserved it under another and named Vapi's. */
  private async billingCallIdOf(callId: string, orgId: string): Promise<string> {
    return (await this.reader.find(callId, orgId))?.callId ?? callId;
  }
}

function failed(orgId: string, refusal: Refusal): Followed {
  const error = `${refusal.code}: ${refusal.detail}`;
  return { status: 'failed', orgId, error, transient: TRANSIENT.includes(refusal.code) };
}

import { Injectable } from '@nestjs/common';
import { addSeconds, isRefusal } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import type { ReservedCreditsCommitted } from '@holdfast/reservation';
import type { Call } from '../domain/call';
import type { CallEnded, CallFacts, CallReported, VapiEvent } from '../domain/call-event';
import { momentOf } from '../domain/message-time';
import { CallBook } from './call-book.port';
import { BillingCallFinder } from './find-billing-call';
import { TenantFinder } from './find-tenant';
import { LiveCallFollower } from './follow-live-call';
import { failed, type Followed } from './followed';
import { REPORT_GRACE_SECONDS } from './report-grace';
import { CallSettlement } from './settle-call';

export type Followable = Exclude<VapiEvent, { type: 'assistant-request' | 'ignored' | 'unidentified' }>;

/** The delivery that a message came in. */
export interface ArrivedAs {
  readonly id: string;
  /** For the first time: one that is run again came then, not now. */
  readonly arrivedAt: Date;
}

/** What was known of a call when a message about it came. */
export interface Sighting {
  readonly known: Call | null;
  readonly tenant: { readonly orgId: string; readonly heldAs?: string } | null;
}

/** Follows a call from its messages. They come in any order, twice, late or never: the money ends up the same. */
@Injectable()
export class CallFollower {
  constructor(
    private readonly tenants: TenantFinder,
    private readonly liveCalls: LiveCallFollower,
    private readonly billing: BillingCallFinder,
    private readonly settlement: CallSettlement,
    private readonly calls: CallBook,
    private readonly clock: EngineClock,
  ) {}

  /** Looks the call up. Reads only, so it may be under way while the message is still being written down. */
  async look(call: CallFacts): Promise<Sighting> {
    const known = await this.calls.find(call.callId);
    return { known, tenant: known ? { orgId: known.orgId } : await this.tenants.find(call) };
  }

  /** @param delivery when the message came; its outcome is logged together with the money that moves, where money moves */
  async follow(
    event: Followable,
    delivery: ArrivedAs,
    looked: Promise<Sighting> = this.look(event.call),
  ): Promise<Followed> {
    const { known, tenant } = await looked;
    if (tenant === null) return this.withoutTenant(event);
    const { orgId, heldAs } = tenant;
    const { arrivedAt } = delivery;
    switch (event.type) {
      case 'call-live':
        return this.liveCalls.live(event, { orgId, known, heldAs, arrivedAt });
      case 'sign-of-life':
      case 'call-status':
        return this.liveCalls.signOfLife(event, { orgId, known, heldAs, arrivedAt });
      case 'call-ended':
        return this.ended(event, orgId, known, heldAs, arrivedAt);
      case 'call-report':
        return this.reported(event, orgId, known, heldAs, delivery);
    }
  }

  private async ended(
    event: CallEnded,
    orgId: string,
    known: Call | null,
    heldAs: string | undefined,
    arrivedAt: Date,
  ): Promise<Followed> {
    const { callId, kind } = event.call;
    if (known?.state === 'settled') return { status: 'processed', orgId, outcome: { note: 'settled already' } };
    const now = this.clock.approximate();
    const endedAt = momentOf(event.at, arrivedAt);
    // What was refused at the gate ends without any money, unless a message tells later that it was answered.
    if (known?.state === 'refused') {
      const { endedReason } = event;
      const unwritten = await this.calls.learn({ callId, orgId, state: 'ended', at: now, endedAt, endedReason });
      return unwritten
        ? failed(orgId, unwritten)
        : { status: 'processed', orgId, outcome: { note: 'refused at the gate' } };
    }
    const billingCallId = await this.billing.find(event.call, orgId, known, known?.startedAt ?? null, heldAs);
    if (isRefusal(billingCallId)) return failed(orgId, billingCallId);
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

  private async reported(
    event: CallReported,
    orgId: string,
    known: Call | null,
    heldAs: string | undefined,
    { id: deliveryId, arrivedAt }: ArrivedAs,
  ): Promise<Followed> {
    const { callId } = event.call;
    const { duration } = event;
    const endedAt = momentOf(event.endedAt ?? event.at, arrivedAt);
    const startedAt = event.startedAt ?? (duration.usable ? addSeconds(endedAt, -duration.seconds) : null);
    const billingCallId = await this.billing.find(event.call, orgId, known, startedAt, heldAs);
    if (isRefusal(billingCallId)) return failed(orgId, billingCallId);
    if (!duration.usable) {
      await this.keepForOperator(event, orgId, billingCallId, known);
      return { status: 'failed', orgId, error: `no usable duration: ${duration.reason}`, transient: false };
    }
    const { startedAt: began, endedAt: over, endedReason, costUsd } = event;
    const detail = { seconds: duration.seconds, ...(duration.flag && { flag: duration.flag }) };
    const settled = await this.settlement.settle(
      {
        callId,
        billingCallId,
        orgId,
        seconds: duration.seconds,
        startedAt: began,
        endedAt: over,
        endedReason,
        costUsd,
        source: 'vapi:report',
      },
      (committed, at, notes) => {
        notes.happenings.push({ callId, orgId, at, kind: 'reported', detail });
        const outcome = outcomeOf(committed, detail);
        notes.results.push({ id: deliveryId, status: 'processed', orgId, error: null, outcome, retryAt: null, at });
      },
    );
    if (isRefusal(settled)) {
      const at = this.clock.approximate();
      this.calls.tell({ callId, orgId, at, kind: 'settlement_failed', detail: { code: settled.code } });
      return failed(orgId, settled);
    }
    return { status: 'processed', orgId, outcome: outcomeOf(settled, detail), logged: true };
  }

  /** The call is over, but nobody may be charged by this report: its hold stays until somebody knows. */
  private async keepForOperator(
    event: CallReported,
    orgId: string,
    billingCallId: string,
    known: Call | null,
  ): Promise<void> {
    const now = this.clock.approximate();
    const { callId, kind } = event.call;
    const state = known?.state === 'settled' ? 'settled' : 'ended';
    const nextDecisionAt = state === 'ended' ? now : undefined;
    const { endedReason } = event;
    await this.calls.learn({ callId, orgId, billingCallId, kind, state, at: now, endedReason, nextDecisionAt });
    this.calls.tell({ callId, orgId, at: now, kind: 'settlement_failed', detail: { duration: event.duration } });
  }

  private async withoutTenant(event: Followable): Promise<Followed> {
    if (event.type === 'call-report' || event.type === 'call-live') {
      return { status: 'failed', orgId: null, error: 'no organization is known for this call', transient: false };
    }
    return { status: 'ignored', orgId: null, reason: 'no organization is known for this call' };
  }
}

function outcomeOf(committed: ReservedCreditsCommitted, detail: { seconds: number }): Record<string, unknown> {
  const { transactionId, chargedPence, uncollectedPence, duplicate, late, actualDurationSeconds } = committed;
  const other = duplicate && actualDurationSeconds !== detail.seconds && { chargedForSeconds: actualDurationSeconds };
  return { transactionId, chargedPence, uncollectedPence, duplicate, late, ...detail, ...other };
}

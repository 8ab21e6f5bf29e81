import { Injectable } from '@nestjs/common';
import { isRefusal, type Refusal } from '@holdfast/kernel';
import { UnitOfWork } from '@holdfast/platform';
import { commitReservedCredits, type ReservedCreditsCommitted } from '@holdfast/reservation';
import { noted, type CallNotes } from './call-notes.shelf';

export interface CallDuration {
  readonly callId: string;
  readonly billingCallId: string;
  readonly orgId: string;
  readonly seconds: number;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly endedReason?: string;
  /** The provider's own price, for margin only. */
  readonly costUsd?: string;
  /** Who says so: `vapi:report`, `vapi:lookup`, … */
  readonly source: string;
}

/** What else is to be noted of a charge, in its own transaction. */
export type AlsoNote = (committed: ReservedCreditsCommitted, at: Date, notes: CallNotes) => void;

/**
 * Charges a call that is over, and notes it as settled in the same transaction: a call is never charged and still open.
 * The first duration wins; another one is told to the operator, never charged silently.
 */
@Injectable()
export class CallSettlement {
  constructor(private readonly work: UnitOfWork) {}

  /** Refusals: organization_not_found, call_id_conflict, no_active_reservation. Then nothing is noted either. */
  async settle(call: CallDuration, also?: AlsoNote): Promise<ReservedCreditsCommitted | Refusal> {
    const settled = await this.settleAs(call, { onlyIfHeld: true }, also);
    if (!isRefusal(settled) || settled.code !== 'no_active_reservation') return settled;
    // Its owner may have named it by a hold of his own, after the first message of this call found none.
    return this.settleAs(call, { orPaidFor: call.callId }, also);
  }

  private settleAs(
    call: CallDuration,
    terms: { readonly onlyIfHeld: true } | { readonly orPaidFor: string },
    also?: AlsoNote,
  ): Promise<ReservedCreditsCommitted | Refusal> {
    const { orgId, billingCallId, callId, seconds, source } = call;
    const commit = commitReservedCredits({
      ...terms,
      orgId,
      callId: billingCallId,
      vapiCallId: callId,
      actualDurationSeconds: seconds,
      provenByProvider: true,
      createdBy: source,
    });
    return this.work.execute(
      noted(commit, (committed, at, notes) => {
        noteSettled(call, committed, at, notes);
        also?.(committed, at, notes);
      }),
    );
  }
}

function noteSettled(call: CallDuration, committed: ReservedCreditsCommitted, at: Date, notes: CallNotes): void {
  const { callId, orgId, seconds, startedAt, endedAt, endedReason, costUsd, source } = call;
  const { callId: billingCallId, duplicate, actualDurationSeconds: chargedForSeconds } = committed;
  notes.news.push({
    callId,
    orgId,
    billingCallId,
    state: 'settled',
    at,
    settledAt: at,
    startedAt,
    endedAt,
    endedReason,
    costUsd,
  });
  if (!duplicate || chargedForSeconds === seconds) return;
  const detail = { chargedForSeconds, nowReportedSeconds: seconds, source };
  notes.happenings.push({ callId, orgId, at, kind: 'discrepancy', detail });
}

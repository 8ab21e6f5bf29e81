import { Injectable } from '@nestjs/common';
import { isRefusal, type Refusal } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { Reservations, type ReservedCreditsCommitted } from '@holdfast/reservation';
import { CallBook } from './call-book.port';

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

export interface Charged {
  readonly committed: ReservedCreditsCommitted;
  /** The call book's note that this call is settled, on its way; undefined when it got there. */
  readonly written: Promise<Refusal | undefined>;
}

/** Charges a call that is over. The first duration wins; another one is told to the operator, never charged silently. */
@Injectable()
export class CallSettlement {
  constructor(
    private readonly reservations: Reservations,
    private readonly calls: CallBook,
    private readonly clock: EngineClock,
  ) {}

  /** As {@link charge}, and waits for the note: should it get lost, the recovery of the call makes it again. */
  async settle(call: CallDuration): Promise<ReservedCreditsCommitted | Refusal> {
    const charged = await this.charge(call);
    if (isRefusal(charged)) return charged;
    await charged.written;
    return charged.committed;
  }

  async charge(call: CallDuration): Promise<Charged | Refusal> {
    const committed = await this.reservations.commit({
      orgId: call.orgId,
      callId: call.billingCallId,
      vapiCallId: call.callId,
      actualDurationSeconds: call.seconds,
      createdBy: call.source,
    });
    const at = this.clock.approximate();
    if (isRefusal(committed)) return committed;
    const written = this.calls.learn({
      callId: call.callId,
      orgId: call.orgId,
      billingCallId: call.billingCallId,
      state: 'settled',
      at,
      settledAt: at,
      startedAt: call.startedAt,
      endedAt: call.endedAt,
      endedReason: call.endedReason,
      costUsd: call.costUsd,
    });
    if (committed.duplicate && committed.actualDurationSeconds !== call.seconds) {
      this.calls.tell({
        callId: call.callId,
        orgId: call.orgId,
        at,
        kind: 'discrepancy',
        detail: {
          chargedForSeconds: committed.actualDurationSeconds,
          nowReportedSeconds: call.seconds,
          source: call.source,
        },
      });
    }
    return { committed, written };
  }
}

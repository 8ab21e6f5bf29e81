import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '@holdfast/platform';
import type { Delivery } from '../application/delivery-log.port';
import type { Followed } from '../application/followed';
import { Gate, type GateDecision, type GateRefusalReason } from '../application/open-gate';
import type { AssistantRequested } from '../domain/call-event';
import { NUMBER_UNKNOWN, OUT_OF_CREDIT, SERVICE_NOT_AVAILABLE } from '../domain/spoken-sentences';
import { signTenantClaim } from '../domain/tenant-claim';
import { accept, refuse, type GateAnswer } from './gate-answer';
import { DeliveryProcessor } from './process-delivery';

const WEBHOOK_PATH = '/api/vapi/webhook';

/** Vapi hangs up at 7.5 s, end to end; the way there and back takes its part of that. */
export const GATE_DEADLINE_MS = 5_000;

const SENTENCE: Readonly<Record<GateRefusalReason, string>> = {
  number_unknown: NUMBER_UNKNOWN,
  out_of_credit: OUT_OF_CREDIT,
  not_available: SERVICE_NOT_AVAILABLE,
  call_over: SERVICE_NOT_AVAILABLE, // nobody hears it
};

/** Answers Vapi's assistant-request in time, whatever the database does: slow or away means closed, with a sentence. */
@Injectable()
export class GateAnswerer {
  private readonly log = new Logger('gate');

  constructor(
    private readonly gate: Gate,
    private readonly deliveries: DeliveryProcessor,
    private readonly settings: Settings,
  ) {}

  /** @param reachedAt the URL under which Vapi reached this engine just now. Never rejects. */
  async answer(event: AssistantRequested, delivery: Delivery, reachedAt: string): Promise<GateAnswer> {
    let late = false;
    const decided = this.decide(event, delivery).then(async (decision) => {
      // Nobody waits for this any more: the call was refused, so nothing may stay held for it.
      if (late && decision) await this.gate.takeBack(event.call, decision);
      return decision;
    });
    decided.catch((fault: Error) => this.log.error(`gate of call ${event.call.callId}: ${fault.message}`, fault.stack));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        late = true;
        resolve(null);
      }, GATE_DEADLINE_MS);
    });
    try {
      const decision = await Promise.race([decided, deadline]);
      return decision ? this.toAnswer(decision, reachedAt) : refuse(SERVICE_NOT_AVAILABLE);
    } catch {
      return refuse(SERVICE_NOT_AVAILABLE); // logged above
    } finally {
      clearTimeout(timer);
    }
  }

  private async decide(event: AssistantRequested, delivery: Delivery): Promise<GateDecision | null> {
    const received = await this.deliveries.receive(event, delivery);
    if (!('id' in received)) return null; // nothing durable was written: closed
    const decision = await this.gate.decide(event.call);
    void this.deliveries.finish(received.id, outcomeOf(decision), 1);
    return decision;
  }

  private webhookUrl(reachedAt: string): string {
    const { publicUrl } = this.settings;
    return publicUrl === null ? reachedAt : new URL(WEBHOOK_PATH, publicUrl).href;
  }

  private toAnswer(decision: GateDecision, reachedAt: string): GateAnswer {
    if (!decision.open) return refuse(SENTENCE[decision.why]);
    const { webhookSecret } = this.settings.vapi;
    return accept({
      assistantId: decision.assistantId,
      maxDurationSeconds: decision.capSeconds,
      // Overriding the server drops the account's own credential, so the secret must travel along.
      server: { url: this.webhookUrl(reachedAt), headers: { 'X-Vapi-Secret': webhookSecret } },
      metadata: { ...signTenantClaim(webhookSecret, decision.orgId), reservationId: decision.reservationId ?? '' },
    });
  }
}

function outcomeOf(decision: GateDecision): Followed {
  const { orgId } = decision;
  if (decision.open) return { status: 'processed', orgId, outcome: { open: true, capSeconds: decision.capSeconds } };
  if (decision.why === 'not_available') return { status: 'failed', orgId, error: 'not available', transient: false };
  return { status: 'processed', orgId, outcome: { open: false, why: decision.why } };
}

import type { SimulatedCall } from '../calls/simulated-call';
import type { WebhookServer } from '../calls/webhook-server.schema';
import type { Schedule } from '../time/schedule';
import type { Fate, FaultPlan } from './delivery-faults';
import { DeliveryLog, type DeliveryResult } from './delivery-log';
import { HoldingArea } from './holding-area';
import { retryDelayMs } from './retry-plan';
import { type WebhookCredentials, webhookHeaders } from './webhook-credentials';
import type { WebhookReply, WebhookSender } from './webhook-sender';

/** A message ready to go. The body is asked for anew per delivery: signed URLs differ each time. */
export interface OutgoingMessage {
  name: string;
  body(): string;
}

/** Vapi's default for everything but the assistant-request. Real time: it judges the engine's machine. */
const DEFAULT_TIMEOUT_SECONDS = 20;

/** Brings messages to the engine, or fails to, as the fault plan wants it. Nothing is ordered, as with Vapi. */
export class Courier {
  readonly log = new DeliveryLog();
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly holding: HoldingArea;

  constructor(
    private readonly schedule: Schedule,
    private readonly sender: WebhookSender,
    private readonly faults: FaultPlan,
    private readonly credentials: WebhookCredentials,
  ) {
    this.holding = new HoldingArea(schedule);
  }

  /** For messages whose answer matters. The first copy's answer counts; undefined when there was none in time. */
  async ask(call: SimulatedCall, server: WebhookServer, message: OutgoingMessage, timeoutMs: number) {
    const fate = this.faults.fateOf(call.label, message.name);
    const copies = Array.from({ length: fate.copies }, () => this.send(call, server, message, fate, timeoutMs));
    copies.forEach((copy) => this.track(copy));
    return copies[0];
  }

  /** For messages that only inform: sent and forgotten. */
  tell(call: SimulatedCall, server: WebhookServer, message: OutgoingMessage): void {
    const fate = this.faults.fateOf(call.label, message.name);
    if (fate.lost) this.note(call, message, 'lost', fate);
    else this.track(this.carry(call, server, message, fate));
  }

  /** Messages under way, late and held back ones included. */
  get underWayCount(): number {
    return this.underWay.size;
  }

  private async carry(call: SimulatedCall, server: WebhookServer, message: OutgoingMessage, fate: Fate) {
    if (fate.lateMs > 0) await this.schedule.sleep(fate.lateMs);
    if (fate.heldBack) await this.holding.untilOvertaken(call.id);
    const copies = Array.from({ length: fate.copies }, () => this.sendWithRetries(call, server, message, fate));
    await Promise.all(copies);
    this.holding.release(call.id);
  }

  private async sendWithRetries(call: SimulatedCall, server: WebhookServer, message: OutgoingMessage, fate: Fate) {
    const timeoutMs = (server.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.send(call, server, message, fate, timeoutMs);
      if (reply && isAccepted(reply)) return;
      const delayMs = retryDelayMs(server.backoffPlan, attempt, reply?.status);
      if (delayMs === undefined) return;
      await this.schedule.sleep(delayMs);
    }
  }

  private async send(
    call: SimulatedCall,
    server: WebhookServer,
    message: OutgoingMessage,
    fate: Fate,
    timeoutMs: number,
  ): Promise<WebhookReply | undefined> {
    const sentAtMs = this.schedule.clock.nowMs();
    const body = message.body();
    const headers = webhookHeaders(server, this.credentials, body, sentAtMs, fate.wrongSecret);
    try {
      const { slowMs } = fate;
      const reply = await this.sender.post({ url: server.url ?? '', body, headers, timeoutMs, slowMs });
      this.note(call, message, isAccepted(reply) ? 'accepted' : 'rejected', fate, {
        sentAtMs,
        reply,
        bytes: body.length,
      });
      return reply;
    } catch (error) {
      const failure = error instanceof Error ? error.message || error.name : String(error);
      this.note(call, message, 'unreachable', fate, { sentAtMs, failure, bytes: body.length });
      return undefined;
    }
  }

  private note(
    call: SimulatedCall,
    message: OutgoingMessage,
    result: DeliveryResult,
    fate: Fate,
    outcome: { sentAtMs?: number; reply?: WebhookReply; failure?: string; bytes?: number } = {},
  ): void {
    const atMs = this.schedule.clock.nowMs();
    this.log.add({
      callId: call.id,
      name: message.name,
      result,
      sentAtMs: outcome.sentAtMs ?? atMs,
      atMs,
      status: outcome.reply?.status,
      latencyMs: outcome.reply?.latencyMs,
      failure: outcome.failure,
      bytes: outcome.bytes ?? 0,
      wrongSecret: fate.wrongSecret,
      slow: fate.slowMs > 0,
    });
  }

  private track(work: Promise<unknown>): void {
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work)).catch(() => undefined);
  }
}

function isAccepted({ status }: WebhookReply): boolean {
  return status >= 200 && status <= 299;
}

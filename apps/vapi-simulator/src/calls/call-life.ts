import type { Courier, OutgoingMessage } from '../delivery/courier';
import { assistantRequest } from '../messages/assistant-request.message';
import { conversationUpdate, speechUpdate } from '../messages/chatter.message';
import { endOfCallReport } from '../messages/end-of-call-report.message';
import { statusUpdate } from '../messages/status-update.message';
import { vapiBill } from '../messages/vapi-bill';
import type { Schedule } from '../time/schedule';
import type { SeededRandom } from '../chance/seeded-random';
import type { Assistant } from './assistant';
import { eventServer, gateServer, subscribesTo } from './call-routing';
import { DEFAULT_RING_SECONDS } from './call-script';
import { type GateVerdict, judgeGateAnswer } from './gate-answer';
import type { SimulatedCall } from './simulated-call';
import type { WebhookServer } from './webhook-server.schema';

/** Vapi's fixed limit on an assistant-request. Real time even in a fast run: the engine's machine is not sped up. */
const GATE_TIMEOUT_REAL_MS = 7_500;

/** The report follows when post-processing is done; 4.98 s in a captured delivery. */
const REPORT_AFTER_MS = 5_000;

export interface CallWorld {
  schedule: Schedule;
  courier: Courier;
  random: SeededRandom;
  organisationServer(): WebhookServer;
  assistant(id: string): Assistant;
  /** True durations are on every report; a fault may inflate the stated ones. */
  inflated(call: SimulatedCall): number;
}

/** Drives one call from ring to report. */
export class CallLife {
  readonly ended: Promise<void>;
  private markEnded!: () => void;
  private cancelNaturalEnd?: () => void;

  constructor(
    readonly call: SimulatedCall,
    private readonly world: CallWorld,
  ) {
    this.ended = new Promise((resolve) => (this.markEnded = resolve));
  }

  begin(): void {
    if (this.call.kind === 'inboundPhoneCall' && !this.call.assistant) void this.askAtTheGate();
    else this.ring();
  }

  /** `notBeforeMs`: a timer may fire a moment early, which must not shorten the call. */
  end(reason: string, notBeforeMs = 0): boolean {
    const now = Math.max(this.world.schedule.clock.nowMs(), notBeforeMs);
    if (!this.call.end(now, reason)) return false;
    if (this.call.startedAtMs !== undefined) this.call.bill = vapiBill(this.call);
    this.cancelNaturalEnd?.();
    this.tell('status-update', statusUpdate(this.call, 'ended', now));
    // Calls that never connected get no report, as far as is known; the status-update is all that says so.
    if (this.call.startedAtMs !== undefined) this.world.schedule.after(REPORT_AFTER_MS, () => this.report());
    else this.call.reported = true;
    this.markEnded();
    return true;
  }

  private async askAtTheGate(): Promise<void> {
    this.call.gate = 'pending';
    const message = assistantRequest(this.call, this.world.schedule.clock.nowMs());
    const server = { ...gateServer(this.call, this.world.organisationServer()), backoffPlan: undefined };
    this.passTheGate(judgeGateAnswer(await this.world.courier.ask(this.call, server, message, GATE_TIMEOUT_REAL_MS)));
  }

  private passTheGate(verdict: GateVerdict): void {
    if (this.call.status === 'ended') return;
    this.call.gate = verdict.kind;
    if (verdict.kind !== 'accepted') {
      this.call.gateDetail = verdict.kind === 'refused' ? verdict.spoken : verdict.detail;
      this.end(verdict.endedReason);
      return;
    }
    this.call.assistant = this.world.assistant(verdict.assistantId);
    this.call.overrides = verdict.overrides;
    this.pickUp();
  }

  private ring(): void {
    const now = this.world.schedule.clock.nowMs();
    this.call.ring(now);
    if (this.call.kind === 'outboundPhoneCall') this.tell('status-update', statusUpdate(this.call, 'ringing', now));
    this.pickUp();
  }

  private pickUp(): void {
    const ringMs = (this.call.script.ringSeconds ?? DEFAULT_RING_SECONDS) * 1000;
    this.world.schedule.after(ringMs, () => {
      if (this.call.script.answered !== false) this.connect();
      else this.end(this.call.kind === 'outboundPhoneCall' ? 'customer-did-not-answer' : 'customer-ended-call');
    });
  }

  private connect(): void {
    if (this.call.status === 'ended') return;
    const now = this.world.schedule.clock.nowMs();
    this.call.connect(now);
    this.tell('status-update', statusUpdate(this.call, 'in-progress', now));
    this.tell('speech-update', speechUpdate(this.call, now));
    this.tell('conversation-update', conversationUpdate(this.call, now));
    const ending = this.call.naturalEnding();
    this.cancelNaturalEnd = this.world.schedule.after(ending.atMs - now, () => this.end(ending.reason, ending.atMs));
  }

  private report(): void {
    const random = this.world.random.fork(`report of ${this.call.label}`);
    const now = this.world.schedule.clock.nowMs();
    this.tell('end-of-call-report', endOfCallReport(this.call, now, random, this.world.inflated(this.call)));
    this.call.reported = true;
  }

  private tell(type: string, message: OutgoingMessage): void {
    if (!subscribesTo(this.call, type)) return;
    this.world.courier.tell(this.call, eventServer(this.call, this.world.organisationServer()), message);
  }
}

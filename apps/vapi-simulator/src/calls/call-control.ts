import type { Schedule } from '../time/schedule';
import type { CallLife } from './call-life';
import { type ControlCommand, speakingMs } from './control-command';

/** Vapi does not say how long a hang-up takes; a third of a second of talk is a modest guess. */
const HANG_UP_TAKES_MS = 300;

export interface CarriedOutCommand {
  callId: string;
  type: ControlCommand['type'];
  atMs: number;
  /** From the command's arrival until the call was over, for commands that end it (simulated). */
  endedAfterMs?: number;
  /** True: the fault plan made the request fail, nothing happened. */
  failed?: boolean;
}

/** The hands on one live call: what the control URL really does to it. */
export class CallControl {
  private speakingUntilMs = 0;

  constructor(
    private readonly life: CallLife,
    private readonly schedule: Schedule,
    private readonly log: CarriedOutCommand[],
  ) {}

  fail(command: ControlCommand): void {
    const { call } = this.life;
    this.log.push({ callId: call.id, type: command.type, atMs: this.schedule.clock.nowMs(), failed: true });
  }

  carryOut(command: ControlCommand): void {
    const now = this.schedule.clock.nowMs();
    const entry: CarriedOutCommand = { callId: this.life.call.id, type: command.type, atMs: now };
    this.log.push(entry);
    if (command.type === 'end-call') this.endIn(HANG_UP_TAKES_MS, 'assistant-ended-call', entry);
    if (command.type !== 'say') return;

    const { content, endCallAfterSpoken, interruptAssistantEnabled } = command;
    this.life.call.said.push({ atMs: now, content, endCallAfterSpoken });
    // Unless it interrupts, a sentence queues behind the one being spoken.
    const startsMs = interruptAssistantEnabled ? now : Math.max(now, this.speakingUntilMs);
    this.speakingUntilMs = startsMs + speakingMs(command);
    if (endCallAfterSpoken) this.endIn(this.speakingUntilMs - now, 'assistant-ended-call-after-message-spoken', entry);
  }

  private endIn(simulatedMs: number, reason: string, entry: CarriedOutCommand): void {
    this.schedule.after(simulatedMs, () => {
      if (this.life.end(reason)) entry.endedAfterMs = this.schedule.clock.nowMs() - entry.atMs;
    });
  }
}

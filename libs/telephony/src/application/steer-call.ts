import { Inject, Injectable } from '@nestjs/common';
import { EngineClock } from '@holdfast/platform';
import type { Call, CallEventKind } from '../domain/call';
import { CREDIT_USED_UP, creditRunsOutIn } from '../domain/spoken-sentences';
import { CallBook } from './call-book.port';
import { CALL_CONTROL, type CallControl } from './call-control.port';
import { CallRecovery } from './recover-calls';

/** How long a goodbye may delay the hang-up, real time: unpaid talk. */
const GOODBYE_WAIT_MS = 100;

/** Talks to a live call through its control URL, and tells its story of what came of it. */
@Injectable()
export class CallSteering {
  constructor(
    private readonly calls: CallBook,
    private readonly recovery: CallRecovery,
    private readonly clock: EngineClock,
    @Inject(CALL_CONTROL) private readonly control: CallControl,
  ) {}

  async warn(call: Call, remainingSeconds: number): Promise<void> {
    const controlUrl = call.controlUrl ?? (await this.recovery.askForControlUrl(call));
    const said = controlUrl ? await this.control.say(controlUrl, creditRunsOutIn(remainingSeconds)) : null;
    this.tell(call, this.clock.approximate(), 'warned', { remainingSeconds, said: said?.ok ?? false });
  }

  /** Says goodbye with the order to hang up after it, then hangs up: whichever works first ends the unpaid talk. */
  async cut(call: Call): Promise<void> {
    const attempt = call.cutAttempts + 1;
    const controlUrl = call.controlUrl ?? (await this.recovery.askForControlUrl(call));
    if (!controlUrl) {
      const reason = 'no control URL is known; the pushed cap must end it';
      return this.tell(call, this.clock.approximate(), 'cut_failed', { reason });
    }
    if (attempt === 1) {
      const goodbye = this.control.say(controlUrl, CREDIT_USED_UP, { endCallAfterSpoken: true });
      await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, GOODBYE_WAIT_MS))]);
    }
    const at = this.clock.approximate(); // of the order: the call may be seen ended before its answer is
    const ended = await this.control.endCall(controlUrl);
    if (ended.ok) this.tell(call, at, 'cut', { attempt, roundTripMs: ended.ms });
    else this.tell(call, at, 'cut_failed', { attempt, reason: ended.reason, detail: ended.detail });
    if (!ended.ok && ended.gone) await this.recovery.askWhetherEnded(call);
  }

  private tell({ callId, orgId }: Call, at: Date, kind: CallEventKind, detail: Record<string, unknown>): void {
    this.calls.tell({ callId, orgId, at, kind, detail });
  }
}

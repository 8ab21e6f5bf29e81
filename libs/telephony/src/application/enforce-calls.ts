import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { addSeconds, isRefusal } from '@holdfast/kernel';
import { EngineClock, Settings } from '@holdfast/platform';
import { Reservations, type CallChecked } from '@holdfast/reservation';
import type { Call, CallEventKind } from '../domain/call';
import { enforce, isWarningOutdated, LOOKAHEAD_SECONDS } from '../domain/enforcement';
import { CREDIT_USED_UP, creditRunsOutIn } from '../domain/spoken-sentences';
import { CallBook } from './call-book.port';
import { CALL_CONTROL, type CallControl } from './call-control.port';
import { CallRecovery } from './recover-calls';

/** How often due calls are taken, real time. What is due before the next look is taken now and waited for exactly. */
const TICK_MS = 250;
/** A replica that dies with a call in hand is replaced after this, real time. */
const LEASE_MS = 5_000;
/** Calls taken at once; more wait for the next query of the same tick. */
const CLAIM = 500;
/** A timer that fires a hair early would find the call with a hair of paid time left. */
const NOT_EARLY_MS = 1;
/** How long a goodbye may delay the hang-up, real time: unpaid talk. */
const GOODBYE_WAIT_MS = 100;
const TRY_AGAIN_SECONDS = 2;
const TIMER = 'system:timer';

/**
 * Own timer of every live call, durable in the database: any replica may take a call that is due, exactly one does.
 * Extends ahead of need; when money is short warns, and ends the call when its paid time is used up.
 */
@Injectable()
export class EnforceCalls implements OnModuleDestroy {
  private readonly log = new Logger('enforcement');
  private readonly waiting = new Set<NodeJS.Timeout>();
  private readonly working = new Set<Promise<void>>();
  private ticking = false;
  private stopping = false;

  constructor(
    private readonly calls: CallBook,
    private readonly reservations: Reservations,
    private readonly recovery: CallRecovery,
    private readonly clock: EngineClock,
    private readonly settings: Settings,
    private readonly scheduler: SchedulerRegistry,
    @Inject(CALL_CONTROL) private readonly control: CallControl,
  ) {}

  start(): void {
    this.scheduler.addInterval(
      'enforce-calls',
      setInterval(() => void this.tick(), TICK_MS),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    for (const timer of this.waiting) clearTimeout(timer); // their lease runs out, another replica takes them
    await Promise.allSettled(this.working);
  }

  /** Takes what is due until the next tick. */
  async tick(): Promise<void> {
    if (this.ticking || this.stopping) return;
    this.ticking = true;
    try {
      for (let taken = CLAIM; taken === CLAIM && !this.stopping;) {
        const now = this.clock.approximate();
        const until = addSeconds(now, (TICK_MS / 1_000) * this.settings.timeScale);
        const due = await this.calls.claimDue(until, (LEASE_MS / 1_000) * this.settings.timeScale, CLAIM);
        for (const { call, dueAt } of due) this.at(dueAt, call);
        taken = due.length;
      }
    } catch (fault) {
      this.log.warn(`calls could not be looked at: ${(fault as Error).message}`);
    } finally {
      this.ticking = false;
    }
  }

  private at(moment: Date, call: Call): void {
    const timer = setTimeout(
      () => {
        this.waiting.delete(timer);
        const work = this.decide(call)
          .catch((fault: Error) => this.log.error(`call ${call.callId}: ${fault.message}`, fault.stack))
          .finally(() => this.working.delete(work));
        this.working.add(work);
      },
      this.clock.msUntil(moment) + NOT_EARLY_MS,
    );
    this.waiting.add(timer);
  }

  private async decide(call: Call): Promise<void> {
    if (call.state === 'ended') return this.recovery.recover(call);
    if (call.state !== 'live') return this.calls.decided({ callId: call.callId, nextDecisionAt: null });
    const checked = await this.reservations.check({
      orgId: call.orgId,
      callId: call.billingCallId,
      startedAt: call.startedAt,
      lookaheadSeconds: LOOKAHEAD_SECONDS,
      createdBy: TIMER,
    });
    if (!isRefusal(checked)) return this.enforceOn(call, checked);
    if (checked.code === 'reservation_not_found') return this.enforceWithoutHold(call);
    await this.lookAgain(call, this.clock.approximate(), TRY_AGAIN_SECONDS, {});
  }

  private async enforceOn(call: Call, checked: CallChecked): Promise<void> {
    if (checked.status === 'committed') return this.recovery.markSettled(call);
    if (!checked.prepaid) return this.calls.decided({ callId: call.callId, nextDecisionAt: null });
    const { remainingSeconds, lastSlice, at } = checked;
    const cancelled = isWarningOutdated({ ...call, remainingSeconds, lastSlice });
    const warnedAtSeconds = cancelled ? null : call.warnedAtSeconds;
    if (cancelled) this.tell(call, at, 'warning_cancelled', { remainingSeconds });
    const decision = enforce({ remainingSeconds, lastSlice, warnedAtSeconds, cutAttempts: call.cutAttempts });
    const seen = { ...call, lastSlice, warnedAtSeconds };
    this.tell(call, at, 'checked', { by: 'timer', remainingSeconds, addedPence: checked.addedPence, lastSlice });
    switch (decision.action) {
      case 'wait':
        return this.lookAgain(seen, at, decision.nextInSeconds, { lastSlice, warnedAtSeconds, cutAttempts: 0 });
      case 'warn':
        await this.warn(call, remainingSeconds);
        return this.lookAgain({ ...seen, warnedAtSeconds: decision.atSeconds }, at, decision.nextInSeconds, {
          lastSlice,
          warnedAtSeconds: decision.atSeconds,
        });
      case 'cut':
        await this.cut(call);
        return this.lookAgain({ ...seen, cutAttempts: call.cutAttempts + 1 }, at, decision.nextInSeconds, {
          lastSlice,
          cutAttempts: call.cutAttempts + 1,
        });
    }
  }

  /** A call that runs although nothing could be held for it: if somebody topped up it may go on, else it ends now. */
  private async enforceWithoutHold(call: Call): Promise<void> {
    const { orgId, billingCallId, callId } = call;
    const hold = await this.reservations.reserve({
      orgId,
      callId: billingCallId,
      vapiCallId: callId,
      createdBy: TIMER,
    });
    const now = this.clock.approximate();
    if (!isRefusal(hold)) return this.lookAgain(call, now, 0, {});
    const { nextInSeconds } = enforce({
      remainingSeconds: 0,
      lastSlice: true,
      warnedAtSeconds: null,
      cutAttempts: call.cutAttempts,
    });
    if (hold.code === 'insufficient_balance' || hold.code === 'call_id_conflict') await this.cut(call);
    return this.lookAgain({ ...call, cutAttempts: call.cutAttempts + 1 }, now, nextInSeconds, {
      lastSlice: true,
      cutAttempts: call.cutAttempts + 1,
    });
  }

  private async warn(call: Call, remainingSeconds: number): Promise<void> {
    const said = call.controlUrl ? await this.control.say(call.controlUrl, creditRunsOutIn(remainingSeconds)) : null;
    this.tell(call, this.clock.approximate(), 'warned', { remainingSeconds, said: said?.ok ?? false });
  }

  /** Says goodbye with the order to hang up after it, then hangs up: whichever works first ends the unpaid talk. */
  private async cut(call: Call): Promise<void> {
    if (!call.controlUrl) {
      this.tell(call, this.clock.approximate(), 'cut_failed', {
        reason: 'no control URL is known; the pushed cap must end it',
      });
      return;
    }
    if (call.cutAttempts === 0) {
      const goodbye = this.control.say(call.controlUrl, CREDIT_USED_UP, { endCallAfterSpoken: true });
      await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, GOODBYE_WAIT_MS))]);
    }
    const at = this.clock.approximate(); // of the order: the call may be seen ended before its answer is
    const ended = await this.control.endCall(call.controlUrl);
    if (ended.ok) this.tell(call, at, 'cut', { attempt: call.cutAttempts + 1, roundTripMs: ended.ms });
    else
      this.tell(call, at, 'cut_failed', { attempt: call.cutAttempts + 1, reason: ended.reason, detail: ended.detail });
    if (!ended.ok && ended.gone) await this.recovery.askWhetherEnded(call);
  }

  /** A moment before the next tick is waited for here, under a new lease; a later one by whoever is there then. */
  private async lookAgain(
    call: Call,
    from: Date,
    inSeconds: number,
    state: { lastSlice?: boolean; warnedAtSeconds?: number | null; cutAttempts?: number },
  ): Promise<void> {
    const { callId } = call;
    const moment = addSeconds(from, inSeconds);
    const here = call.cutAttempts === 0 && this.clock.msUntil(moment) < TICK_MS && !this.stopping;
    const leased = addSeconds(this.clock.approximate(), (LEASE_MS / 1_000) * this.settings.timeScale);
    await this.calls.decided({ callId, nextDecisionAt: here ? leased : moment, ...state });
    if (here) this.at(moment, call);
  }

  private tell(call: Call, at: Date, kind: CallEventKind, detail: Record<string, unknown>): void {
    this.calls.tell({ callId: call.callId, orgId: call.orgId, at, kind, detail });
  }
}

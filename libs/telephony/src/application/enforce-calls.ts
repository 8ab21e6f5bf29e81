import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { addSeconds, isRefusal, secondsBetween } from '@holdfast/kernel';
import { EngineClock, Settings } from '@holdfast/platform';
import { Reservations, type CallChecked } from '@holdfast/reservation';
import type { Call, CallEventKind } from '../domain/call';
import { enforce, isWarningOutdated, LOOKAHEAD_SECONDS, pauseAfterCut } from '../domain/enforcement';
import { SilentCalls } from './ask-about-silent-call';
import { CallBook, type ClaimedCall, type Decided } from './call-book.port';
import { CallRecovery } from './recover-calls';
import { CallSteering } from './steer-call';

/** How often due calls are taken, real time. What is due before the next look is taken now and waited for exactly. */
const TICK_MS = 250;
/**
 * A replica that dies with a call in hand is replaced after this, real time. Longer than a question to the provider
 * (LOOKUP_TIMEOUT_MS, 4 s). Nobody speaks under a lease: what is going to be said is noted first, and the lease ends.
 */
const LEASE_MS = 5_000;
/** Calls taken at once; more wait for the next query of the same tick. */
const CLAIM = 500;
/** A timer that fires a hair early would find the call with a hair of paid time left. */
const NOT_EARLY_MS = 1;
/** A cut is noted before it is made, but a database that has just stopped answering must not delay it for longer. */
const NOTE_WAIT_MS = 250;
/**
 * Whoever stood still for so long says nothing: another replica may have extended the call since. The next look decides anew, and
 * then it is said however long that took: a database that is slow for minutes lets nobody talk for nothing.
 */
const STALE_MS = 2_000;
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
  /** The last look failed. */
  private blind = false;
  /** A look was asked for while one was under way. */
  private askedMeanwhile = false;

  constructor(
    private readonly calls: CallBook,
    private readonly reservations: Reservations,
    private readonly recovery: CallRecovery,
    private readonly silent: SilentCalls,
    private readonly steering: CallSteering,
    private readonly clock: EngineClock,
    private readonly settings: Settings,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  /** What a predecessor had in hand when it was killed is looked at before anything else. */
  async start(): Promise<void> {
    await this.calls
      .takeFromTheDead(this.clock.approximate())
      .catch((fault: Error) => this.log.warn(`leases of the dead run out by themselves: ${fault.message}`));
    if (this.stopping) return;
    this.scheduler.addInterval(
      'enforce-calls',
      setInterval(() => void this.tick(), TICK_MS),
    );
    await this.lookNow(); // what fell due while nobody was there
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    for (const timer of this.waiting) clearTimeout(timer); // their lease runs out, another replica takes them
    await Promise.allSettled(this.working);
  }

  /** Somebody knows of a call that is due: a look that is under way may have claimed too early for it. */
  async lookNow(): Promise<void> {
    this.askedMeanwhile ||= this.ticking;
    await this.tick();
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
        for (const claimed of due) this.at(claimed);
        taken = due.length;
      }
      if (this.blind) this.log.log('calls are looked at again');
      this.blind = false;
    } catch (fault) {
      // Four times a second is not said four times a second.
      if (!this.blind) this.log.warn(`calls cannot be looked at: ${(fault as Error).message}; tried until it works`);
      this.blind = true;
    } finally {
      this.ticking = false;
    }
    if (!this.askedMeanwhile) return;
    this.askedMeanwhile = false;
    await this.tick();
  }

  private at({ call, dueAt, lease }: ClaimedCall): void {
    const timer = setTimeout(
      () => {
        this.waiting.delete(timer);
        const work = this.decide(call, lease)
          .catch((fault: Error) => this.log.error(`call ${call.callId}: ${fault.message}`, fault.stack))
          .finally(() => this.working.delete(work));
        this.working.add(work);
      },
      this.clock.msUntil(dueAt) + NOT_EARLY_MS,
    );
    this.waiting.add(timer);
  }

  private async decide(call: Call, lease: Date): Promise<void> {
    if (call.state === 'ended') {
      return this.lookNext(call, lease, await this.recovery.recover(call), { lookups: call.lookups + 1 });
    }
    if (call.state === 'ringing') return this.lookNext(call, lease, await this.silent.ask(call));
    if (call.state !== 'live') return this.lookNext(call, lease, null);
    const over = await this.recovery.takeForOver(call); // before a check, which would renew its hold for ever
    if (over !== 'lives') return this.lookNext(call, lease, over);
    const checked = await this.reservations.check({
      orgId: call.orgId,
      callId: call.billingCallId,
      startedAt: call.startedAt,
      lookaheadSeconds: LOOKAHEAD_SECONDS,
      createdBy: TIMER,
    });
    if (!isRefusal(checked)) return this.enforceOn(call, lease, checked);
    if (checked.code === 'reservation_not_found') return this.enforceWithoutHold(call, lease);
    await this.lookAgain(call, lease, this.clock.approximate(), TRY_AGAIN_SECONDS, {});
  }

  /** What is going to be said is durable before it is said: a replica that dies or waits meanwhile makes nobody say it twice. */
  private async enforceOn(call: Call, lease: Date, checked: CallChecked): Promise<void> {
    if (checked.status === 'committed') return this.enforceOnCharged(call, lease, checked);
    if (!checked.prepaid) return this.lookNext(call, lease, null);
    const { remainingSeconds, lastSlice, at } = checked;
    const cancelled = isWarningOutdated({ ...call, remainingSeconds, lastSlice });
    const warnedAtSeconds = cancelled ? null : call.warnedAtSeconds;
    if (cancelled) this.tell(call, at, 'warning_cancelled', { remainingSeconds });
    const decision = enforce({ remainingSeconds, lastSlice, warnedAtSeconds, cutAttempts: call.cutAttempts });
    const seen = { ...call, lastSlice, warnedAtSeconds };
    this.tell(call, at, 'checked', { by: 'timer', remainingSeconds, addedPence: checked.addedPence, lastSlice });
    switch (decision.action) {
      case 'wait': {
        const state = { lastSlice, warnedAtSeconds, cutAttempts: 0 };
        await this.lookAgain({ ...seen, ...state }, lease, at, decision.nextInSeconds, state);
        return;
      }
      case 'warn': {
        const state = { lastSlice, warnedAtSeconds: decision.atSeconds };
        // Not noted: it would be said again. The next look, when this lease has run out, says it.
        if (await this.lookAgain({ ...seen, ...state }, lease, at, decision.nextInSeconds, state)) {
          await this.steering.warn(call, remainingSeconds);
        }
        return;
      }
      case 'cut':
        return this.cut(call, lease, at);
    }
  }

  /**
   * Charged, but not by the provider's word: a client says that this call is over. So it is, or it is ended: what it goes on
   * talking nobody has paid for.
   */
  private async enforceOnCharged(call: Call, lease: Date, { prepaid, at }: CallChecked): Promise<void> {
    const now = await this.calls.find(call.callId);
    if (now?.state !== 'live' || !prepaid) return this.recovery.markSettled(call);
    return this.cut(call, lease, at);
  }

  /** A call that runs although nothing could be held for it: if somebody topped up it may go on, else it ends now. */
  private async enforceWithoutHold(call: Call, lease: Date): Promise<void> {
    const { orgId, billingCallId, callId } = call;
    const request = { orgId, callId: billingCallId, vapiCallId: callId, createdBy: TIMER };
    const hold = await this.reservations.reserve(request);
    const now = this.clock.approximate();
    if (!isRefusal(hold)) {
      const { heldAs } = hold;
      if (heldAs !== billingCallId)
        await this.calls.learn({ callId, orgId, billingCallId: heldAs, state: 'live', at: now });
      await this.lookAgain({ ...call, billingCallId: heldAs }, lease, now, 0, {});
      return;
    }
    if (hold.code !== 'insufficient_balance' && hold.code !== 'call_id_conflict') {
      await this.lookAgain(call, lease, now, TRY_AGAIN_SECONDS, {});
      return;
    }
    await this.cut(call, lease, now);
  }

  private async cut(call: Call, lease: Date, at: Date): Promise<void> {
    const state = { lastSlice: true, cutAttempts: call.cutAttempts + 1 };
    const pause = pauseAfterCut(call.cutAttempts);
    const noted = this.lookAgain({ ...call, ...state }, lease, at, pause, state).catch((fault: Error) =>
      this.log.warn(`a cut of ${call.callId} was not noted: ${fault.message}`),
    );
    await Promise.race([noted, new Promise((resolve) => setTimeout(resolve, NOTE_WAIT_MS))]);
    const ageMs = (secondsBetween(at, this.clock.approximate()) * 1_000) / this.settings.timeScale;
    if (ageMs < STALE_MS || call.cutAttempts > 0) await this.steering.cut(call);
    await noted;
  }

  /** A moment before the next tick is waited for here, under a new lease; a later one by whoever is there then. */
  private async lookAgain(
    call: Call,
    lease: Date,
    from: Date,
    inSeconds: number,
    state: { lastSlice?: boolean; warnedAtSeconds?: number | null; cutAttempts?: number },
  ): Promise<boolean> {
    const { callId } = call;
    const moment = addSeconds(from, inSeconds);
    const here = call.cutAttempts === 0 && this.clock.msUntil(moment) < TICK_MS && !this.stopping;
    if (!here) return this.calls.decided({ callId, lease, nextDecisionAt: moment, ...state });
    const renewed = addSeconds(this.clock.approximate(), (LEASE_MS / 1_000) * this.settings.timeScale);
    const noted = await this.calls.decided({ callId, lease, nextDecisionAt: renewed, staysInHand: true, ...state });
    if (noted) this.at({ call, dueAt: moment, lease: renewed });
    return noted;
  }

  private async lookNext(
    { callId }: Call,
    lease: Date,
    nextDecisionAt: Date | null,
    state: Pick<Decided, 'lookups'> = {},
  ): Promise<void> {
    await this.calls.decided({ callId, lease, nextDecisionAt, ...state });
  }

  private tell(call: Call, at: Date, kind: CallEventKind, detail: Record<string, unknown>): void {
    this.calls.tell({ callId: call.callId, orgId: call.orgId, at, kind, detail });
  }
}

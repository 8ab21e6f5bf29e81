import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { addSeconds, isRefusal } from '@holdfast/kernel';
import { EngineClock, UnitOfWork, type Command } from '@holdfast/platform';
import type { NumberAtProvider, PhoneNumber, PhoneNumberState } from '../domain/phone-number';
import { MAX_REFUSED_REGISTRATIONS } from '../domain/phone-number-patience';
import { answerInTime } from './number-answer-time';
import type { FailureReason } from './number-failure';
import { ACTIVATION_PATIENCE_SECONDS, TRUST_ABSENCE_AFTER_SECONDS, type NumberProvider } from './number-provider.port';
import { NUMBER_PROVIDER } from './number-provider.token';
import { asked, criteriaOf, purchaseOf } from './number-question';
import { reached } from './number-saga-moments';
import { recordActivation, recordStep, refundAndFail, type Recorded } from './number-steps';
import { Turnstile } from './number-turnstile';

/** Numbers one process works on at once: enough for any shop, and few enough not to be refused for asking too often. */
const NUMBERS_AT_ONCE = 10;
/** A stopping engine waits this long for what it has begun; the rest goes on elsewhere, or after the next start. */
const SHUTDOWN_PATIENCE_MS = 10_000;

/** Where a step has led: whether to go straight on, or leave the number to a later look. */
interface Led {
  readonly number: PhoneNumberState;
  readonly goOn: boolean;
}

/**
 * Takes a number from one step to the next. What is about to happen is written down before it does, so whoever finds
 * the row can go on. The purchase itself is sent once in a number's life: afterwards the provider is only asked.
 */
@Injectable()
export class NumberSaga implements OnModuleDestroy {
  private readonly log = new Logger('numbers');
  private readonly turnstile = new Turnstile(NUMBERS_AT_ONCE);
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly clock: EngineClock,
    @Inject(NUMBER_PROVIDER) private readonly provider: NumberProvider,
  ) {}

  /**
   * Goes as far as it can now with a number whose lease is ours. Never rejects: what could not be done or written down
   * is found again when the lease ends.
   * @returns the number as it was last recorded
   */
  drive(number: PhoneNumberState): Promise<PhoneNumberState> {
    const driven = this.turnstile.pass(() => this.driveOn(number));
    this.running.add(driven);
    void driven.finally(() => this.running.delete(driven));
    return driven;
  }

  async onModuleDestroy(): Promise<void> {
    await answerInTime(Promise.all(this.running), SHUTDOWN_PATIENCE_MS);
  }

  private async driveOn(start: PhoneNumberState): Promise<PhoneNumberState> {
    let number = start;
    try {
      for (;;) {
        const led = await this.takeStep(number);
        if (led === null) return number;
        number = led.number;
        if (!led.goOn) return number;
      }
    } catch (fault) {
      this.log.error(`${number.id} at ${number.step}: ${String(fault)}`, (fault as Error).stack);
      return number;
    }
  }

  private takeStep(number: PhoneNumberState): Promise<Led | null> | null {
    if (number.provider !== this.provider.kind) return null; // only who sold it can be asked
    switch (number.step) {
      case 'charged':
        return this.buy(number);
      case 'buying':
        return this.lookWhatWasBought(number);
      case 'registering':
        return this.register(number);
      case 'giving_back':
        return this.giveBack(number);
      case 'releasing':
        return this.release(number);
      default:
        return null;
    }
  }

  private async buy(charged: PhoneNumberState): Promise<Led | null> {
    const number = await this.record(recordStep(charged, (n, at) => n.startBuying(at)));
    if (number?.step !== 'buying') return null; // not written down: not sent
    reached('buying', number.id);
    // Past its lease somebody else may have found nothing, and refunded: whoever stood still until then sends nothing.
    const isInTime = (): boolean => this.clock.approximate() < (number.nextAttemptAt as Date);
    const outcome = await asked(() => this.provider.buy(number.id, criteriaOf(number), undefined, isInTime));
    reached('buy_answered', number.id);
    switch (outcome.kind) {
      case 'bought':
      case 'activating':
        return this.bought(number, outcome.purchase);
      case 'refused':
        return this.fail(number, outcome.reason, outcome.detail);
      case 'unknown':
        return this.setBack(number, outcome.detail);
    }
  }

  private async lookWhatWasBought(number: PhoneNumberState): Promise<Led | null> {
    // Before the question: what is absent after this moment was absent at it.
    const now = await this.clock.now();
    const absenceTrustedAt = addSeconds(number.stepSince as Date, TRUST_ABSENCE_AFTER_SECONDS);
    const outcome = await asked(() => this.provider.findByIntent(number.id));
    switch (outcome.kind) {
      case 'nothing':
        if (now >= absenceTrustedAt) return this.fail(number, 'nothing_bought', null);
        return this.setBack(number, 'the provider shows nothing so far', { notAfter: absenceTrustedAt });
      case 'bought':
      case 'activating':
        return this.bought(number, outcome.purchase);
      case 'blocked':
        return this.startGivingBack(number, outcome.purchase, 'number_blocked', 'blocked by the provider');
      case 'active':
        return this.activate(number, outcome.phoneNumber, outcome.vapiPhoneId, outcome.purchase.providerRef);
      case 'unknown':
        return this.setBack(number, outcome.detail);
    }
  }

  private async register(number: PhoneNumberState): Promise<Led | null> {
    const outcome = await asked(() => this.provider.register(purchaseOf(number)));
    reached('register_answered', number.id);
    switch (outcome.kind) {
      case 'active':
        return this.activate(number, outcome.phoneNumber, outcome.vapiPhoneId, outcome.purchase.providerRef);
      case 'refused': {
        const { reason, detail } = outcome;
        if (reason === 'number_blocked') return this.startGivingBack(number, number, reason, detail);
        if (number.attempts + 1 >= MAX_REFUSED_REGISTRATIONS) return this.giveBackLater(number, reason, detail);
        return this.setBack(number, detail, { askedSeconds: outcome.retryAfterSeconds });
      }
      default: {
        const patienceEnds = addSeconds(number.stepSince as Date, ACTIVATION_PATIENCE_SECONDS);
        const atAnEnd = (await this.clock.now()) >= patienceEnds;
        if (atAnEnd) return this.giveBackLater(number, 'activation_timed_out', outcome.detail);
        return this.setBack(number, outcome.detail);
      }
    }
  }

  private async giveBack(number: PhoneNumberState): Promise<Led | null> {
    const outcome = await asked(() => this.provider.release(purchaseOf(number)));
    reached('give_back_answered', number.id);
    if (outcome.kind === 'released') return this.fail(number, number.failureReason as FailureReason, null);
    return this.setBack(number, outcome.detail);
  }

  private async release(number: PhoneNumberState): Promise<Led | null> {
    const outcome = await asked(() => this.provider.release(purchaseOf(number)));
    reached('release_answered', number.id);
    if (outcome.kind !== 'released') return this.setBack(number, outcome.detail);
    const released = await this.step(number, (n, at) => n.released(at));
    reached('released', number.id);
    return this.settled(released);
  }

  private async bought(number: PhoneNumberState, purchase: NumberAtProvider): Promise<Led | null> {
    const bought = await this.step(number, (n, at) => n.bought(purchase, at));
    reached('bought', number.id);
    return bought;
  }

  private async activate(
    number: PhoneNumberState,
    phoneNumber: string,
    vapiPhoneId: string,
    providerRef: string | null,
  ): Promise<Led | null> {
    const active = await this.record(recordActivation(number, { phoneNumber, vapiPhoneId, providerRef }));
    // Refunded by hand meanwhile: it goes back once this lease has ended, when what was just registered is listed.
    if (active?.step === 'giving_back') {
      reached('giving_back', number.id);
      return { number: active, goOn: false };
    }
    reached('activated', number.id);
    return this.settled(active && { number: active, goOn: false });
  }

  private async startGivingBack(
    number: PhoneNumberState,
    bought: NumberAtProvider,
    reason: FailureReason,
    detail: string,
  ): Promise<Led | null> {
    const givingBack = await this.step(number, (n, at) => n.giveBack(bought, reason, detail, at));
    reached('giving_back', number.id);
    return givingBack;
  }

  /** A try may have left an import behind that no list shows yet: it is taken back once this lease has ended. */
  private async giveBackLater(number: PhoneNumberState, reason: FailureReason, detail: string): Promise<Led | null> {
    const givingBack = await this.startGivingBack(number, number, reason, detail);
    return givingBack && { ...givingBack, goOn: false };
  }

  private async fail(number: PhoneNumberState, reason: FailureReason, detail: string | null): Promise<Led | null> {
    const failed = await this.work.execute(refundAndFail(number, reason, detail));
    if (isRefusal(failed)) return this.setBack(number, `the refund was refused: ${failed.detail}`); // for an operator
    reached('refunded', number.id);
    return this.settled(failed && { number: failed, goOn: false });
  }

  private async setBack(
    number: PhoneNumberState,
    detail: string,
    { askedSeconds, notAfter }: { askedSeconds?: number | undefined; notAfter?: Date } = {},
  ): Promise<Led | null> {
    const setback = { attempts: number.attempts + 1, detail, askedSeconds, notAfter };
    const waiting = await this.step(number, (n, at) => n.setBack(setback, at));
    return waiting && { ...waiting, goOn: false };
  }

  private async step(number: PhoneNumberState, change: (number: PhoneNumber, at: Date) => void): Promise<Led | null> {
    const recorded = await this.record(recordStep(number, change));
    return recorded && { number: recorded, goOn: true };
  }

  private settled(led: Led | null): Led | null {
    if (led === null) return null;
    const { id, status, failureReason } = led.number;
    this.log.log(`${id} ${status}${status === 'failed' ? `: ${failureReason}` : ''}`);
    return { ...led, goOn: false };
  }

  /** What the database could not take, the next look does again from what the provider says. */
  private async record(command: Command<Recorded>): Promise<Recorded> {
    const recorded = await this.work.execute(command);
    if (!isRefusal(recorded)) return recorded;
    this.log.warn(`a step was not recorded: ${recorded.code} ${recorded.detail}`);
    return null;
  }
}

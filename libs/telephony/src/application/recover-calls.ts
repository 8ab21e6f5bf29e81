import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { addSeconds, isRefusal, secondsBetween } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { ReservationReader, Reservations, type ReservationState } from '@holdfast/reservation';
import type { Call } from '../domain/call';
import { isZombie, latestEndOf, toldSeconds } from '../domain/call-patience';
import { CallBook } from './call-book.port';
import { CALL_LOOKUP, type CallLookup, type FinishedCall } from './call-lookup.port';
import { BillingCallFinder } from './find-billing-call';
import { TenantFinder } from './find-tenant';
import { REPORT_GRACE_SECONDS } from './report-grace';
import { CallSettlement } from './settle-call';

/** Pauses between questions about one call: its report may still come, and the provider limits how often it is asked. */
const ASK_AGAIN_SECONDS = [60, 120, 300, 600] as const;
/** Differences a provider's own rounding makes; larger ones are told to the operator. */
const TOLERATED_DIFFERENCE_SECONDS = 2;
const LOOKUP = 'vapi:lookup';
const MESSAGES = 'vapi:messages';

type CallIds = Pick<Call, 'callId' | 'orgId' | 'billingCallId'>;

/** Finds out what became of calls whose messages were lost, by asking the provider. */
@Injectable()
export class CallRecovery {
  private readonly log = new Logger('recovery');

  constructor(
    private readonly calls: CallBook,
    private readonly reader: ReservationReader,
    private readonly reservations: Reservations,
    private readonly settlement: CallSettlement,
    private readonly tenants: TenantFinder,
    private readonly billing: BillingCallFinder,
    private readonly clock: EngineClock,
    @Optional() @Inject(CALL_LOOKUP) private readonly lookup: CallLookup | null,
  ) {}

  /** A call that is over and whose report has not come in time. @returns when to look again; null: never. */
  async recover(call: Call): Promise<Date | null> {
    const hold = await this.reader.find(call.billingCallId, call.orgId);
    // That it was released says that it never connected; but if somebody talked, only the provider knows for how long.
    if (hold && (hold.settlement || (hold.status === 'released' && call.startedAt === null))) {
      await this.markSettled(call);
      return null;
    }
    const found = this.lookup ? await this.lookup.find(call.callId) : null;
    if (found?.outcome === 'ended' || found?.outcome === 'never-connected') {
      if (await this.settleFrom(found, call)) return null;
    }
    // Some records never end: nobody asks about them for ever.
    const neverEnds = found?.outcome === 'live' && isZombie(call, this.clock.approximate());
    const noMoreToHear = found === null || found.outcome === 'gone' || neverEnds;
    const hopeless = noMoreToHear && hold?.status !== 'active';
    return hopeless ? this.settleFromMessages(call) : this.pauseAfter(call.lookups);
  }

  /** A call whose end no message told: settled, or from now on one whose report is missing. @returns when to look again. */
  async conclude(found: FinishedCall, call: CallIds): Promise<Date | null> {
    if (await this.settleFrom(found, call)) return null;
    const nextDecisionAt = this.pauseAfter(0);
    await this.learnItIsOver(found, call, nextDecisionAt);
    return nextDecisionAt;
  }

  /**
   * Live as far as was told: when it is older than its provider lets it become, the message of its end was lost. Then only the
   * provider may say otherwise: while it does not answer, the call is neither over nor renewed. What it cost, a late report or the
   * provider still tells. @returns when to look again; null: never.
   */
  async takeForOver(call: Call): Promise<Date | null | 'lives'> {
    const at = this.clock.approximate();
    if (at < latestEndOf(call)) return 'lives';
    const found = this.lookup ? await this.lookup.find(call.callId) : null;
    if (found?.outcome === 'ended' || found?.outcome === 'never-connected') return this.conclude(found, call);
    const nextDecisionAt = this.pauseAfter(0);
    if (!isZombie(call, at)) {
      if (found?.outcome === 'live') return 'lives';
      if (found?.outcome === 'unreachable') return nextDecisionAt;
    }
    const { callId, orgId } = call;
    const unwritten = await this.calls.learn({ callId, orgId, state: 'ended', at, nextDecisionAt });
    if (!unwritten) this.calls.tell({ callId, orgId, at, kind: 'ended', detail: { by: 'its longest possible time' } });
    return nextDecisionAt;
  }

  /** A control URL that is gone: the call is probably over. Only the provider knows. */
  async askWhetherEnded(call: Call): Promise<void> {
    const found = this.lookup ? await this.lookup.find(call.callId) : null;
    if (found?.outcome === 'ended' || found?.outcome === 'never-connected') await this.settleFrom(found, call);
  }

  /** Which way to a live call of which no message told. @returns null when the provider does not say either */
  async askForControlUrl(call: Call): Promise<string | null> {
    const found = this.lookup ? await this.lookup.find(call.callId) : null;
    if (found?.outcome === 'ended' || found?.outcome === 'never-connected') await this.settleFrom(found, call);
    const controlUrl = found?.outcome === 'live' ? found.call.controlUrl : undefined;
    if (controlUrl === undefined) return null;
    const { callId, orgId } = call;
    await this.calls.learn({ callId, orgId, state: 'live', at: this.clock.approximate(), controlUrl });
    return controlUrl;
  }

  async markSettled(call: Call): Promise<void> {
    const { callId, orgId } = call;
    const at = this.clock.approximate();
    await this.calls.learn({ callId, orgId, state: 'settled', at, settledAt: at });
  }

  /** A finished call as the provider lists it: charged if its report was lost, compared if it was charged. */
  async reconcile(found: FinishedCall, now: Date): Promise<void> {
    const { callId } = found.call;
    const known = await this.calls.find(callId);
    const tenant = known ?? (await this.tenants.find(found.call));
    if (!tenant || known?.state === 'refused') return;
    const { orgId } = tenant;
    // The provider lists whatever it corrects, however old: what was over before its number came here was billed elsewhere.
    const wasOverBefore = 'since' in tenant && tenant.since && found.endedAt && found.endedAt < tenant.since;
    if (wasOverBefore && !(await this.tenants.isNamedBy(found.call, orgId))) return;
    const startedAt = (found.outcome === 'ended' && found.startedAt) || null;
    const billingCallId = await this.billing.find(found.call, orgId, known, startedAt);
    if (isRefusal(billingCallId)) {
      // The next polls find out; when they list it no more it is charged all the same.
      if (!known) await this.learnItIsOver(found, { callId, orgId }, this.pauseAfter(ASK_AGAIN_SECONDS.length));
      return;
    }
    const hold = await this.reader.find(billingCallId, orgId);
    if (hold?.settlement) return this.compare(found, hold);
    if (found.endedAt && secondsBetween(found.endedAt, now) < REPORT_GRACE_SECONDS) return; // its report may be on its way
    // The list shows it for ten minutes: what cannot be charged by then (its wallet is locked, say) is asked about by itself.
    if (known?.state === 'ended') await this.settleFrom(found, known);
    else await this.conclude(found, { callId, orgId, billingCallId });
  }

  /**
   * Nobody to ask, and nothing held that an expiry would settle. A late report may still come, as long as it is waited for;
   * after that the call's own messages are charged, if they told both ends. @returns when to look again; null: never.
   */
  private async settleFromMessages(call: Call): Promise<Date | null> {
    const seconds = toldSeconds(call);
    if (seconds === null) return null;
    const waitsUntil = latestEndOf(call);
    if (this.clock.approximate() < waitsUntil) return waitsUntil;
    const { callId, orgId, billingCallId } = call;
    const settled = await this.settlement.settle({ callId, orgId, billingCallId, seconds, source: MESSAGES });
    return isRefusal(settled) ? this.pauseAfter(call.lookups) : null;
  }

  /** @returns whether nothing is left to do about this call. */
  private async settleFrom(found: FinishedCall, { callId, orgId, billingCallId }: CallIds): Promise<boolean> {
    const at = this.clock.approximate();
    this.calls.tell({
      callId,
      orgId,
      at,
      kind: 'looked_up',
      detail: { outcome: found.outcome, endedReason: found.endedReason },
    });
    if (found.outcome === 'never-connected') {
      const reason = 'the provider says it never connected';
      const released = await this.reservations.release({ orgId, callId: billingCallId, reason, createdBy: LOOKUP });
      if (isRefusal(released) && released.code !== 'reservation_not_found') return false;
      await this.calls.learn({ callId, orgId, state: 'settled', at, settledAt: at, endedAt: found.endedAt });
      return true;
    }
    if (!found.duration.usable) {
      this.calls.tell({ callId, orgId, at, kind: 'settlement_failed', detail: { duration: found.duration } });
      return false;
    }
    const { startedAt, endedAt, endedReason, costUsd } = found;
    const settled = await this.settlement.settle({
      callId,
      billingCallId,
      orgId,
      seconds: found.duration.seconds,
      startedAt,
      endedAt,
      endedReason,
      costUsd,
      source: LOOKUP,
    });
    if (isRefusal(settled)) this.log.warn(`call ${callId} is over but was not charged: ${settled.code}`);
    return !isRefusal(settled);
  }

  /** From now on its own timer asks about it, until it is settled. */
  private async learnItIsOver(
    found: FinishedCall,
    { callId, orgId, billingCallId }: Pick<Call, 'callId' | 'orgId'> & Partial<CallIds>,
    nextDecisionAt: Date,
  ): Promise<void> {
    const { startedAt, endedAt, endedReason } = { startedAt: undefined, ...found };
    const ended = { state: 'ended', at: this.clock.approximate(), startedAt, endedAt, endedReason } as const;
    await this.calls.learn({ callId, orgId, billingCallId, ...ended, nextDecisionAt });
  }

  /** Vapi corrects finished calls now and then: told to the operator, never charged again silently. */
  private async compare(found: FinishedCall, hold: ReservationState): Promise<void> {
    if (found.outcome !== 'ended' || !found.duration.usable || !hold.settlement) return;
    const { seconds } = found.duration;
    const differs = Math.abs(seconds - hold.settlement.actualDurationSeconds) > TOLERATED_DIFFERENCE_SECONDS;
    if (!differs || hold.discrepancySeconds === seconds) return;
    const { callId } = found.call;
    await this.settlement.settle({ callId, billingCallId: hold.callId, orgId: hold.orgId, seconds, source: LOOKUP });
  }

  private pauseAfter(lookups: number): Date {
    const pause = ASK_AGAIN_SECONDS[Math.min(lookups, ASK_AGAIN_SECONDS.length - 1)] as number;
    return addSeconds(this.clock.approximate(), pause);
  }
}

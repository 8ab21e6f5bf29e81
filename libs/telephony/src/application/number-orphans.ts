import { Inject, Injectable, Logger } from '@nestjs/common';
import { addSeconds } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { STUCK_AFTER_SECONDS } from '../domain/phone-number-patience';
import { ORPHAN_KINDS, OrphanBook, type Orphan, type OrphanReport } from './number-orphan-book.port';
import type { NumberProvider, ProviderKind, TaggedNumber } from './number-provider.port';
import { NUMBER_PROVIDER } from './number-provider.token';

/** How often a round is due. */
export const ORPHAN_CHECK_SECONDS = 600;
/** A provider's list lags: what was settled less than this ago proves nothing, either way. */
const LIST_LAG_SECONDS = 300;

/** Where a number lies when it is complete. A number bought at Twilio and imported lies at two places. */
const SIDES_OF: Readonly<Record<ProviderKind, readonly ProviderKind[]>> = {
  sandbox: ['sandbox'],
  vapi: ['vapi'],
  twilio: ['twilio', 'vapi'],
};

/** Finds numbers nobody paid for, payments without a number, and orders that do not end. Lists them; touches nothing. */
@Injectable()
export class NumberOrphans {
  private readonly log = new Logger('numbers');

  constructor(
    private readonly book: OrphanBook,
    private readonly clock: EngineClock,
    @Inject(NUMBER_PROVIDER) private readonly provider: NumberProvider,
  ) {}

  report(): Promise<OrphanReport> {
    return this.book.report();
  }

  /** A round, unless another replica is at it. `force`: now, whoever else is. */
  async check({ force = false } = {}): Promise<void> {
    const now = await this.clock.now();
    if (!(await this.book.begin(now, addSeconds(now, ORPHAN_CHECK_SECONDS), force))) return;
    const stuck = await this.book.stuckSince(addSeconds(now, -STUCK_AFTER_SECONDS));
    const listed = await this.provider
      .listTagged()
      .catch((fault) => ({ kind: 'unknown' as const, detail: String(fault) }));
    if (listed.kind === 'unknown') return this.book.write(now, stuck, ['stuck'], listed.detail);
    const lagEnds = addSeconds(now, -LIST_LAG_SECONDS);
    const found = [...stuck, ...(await this.unpaid(listed.numbers, lagEnds))];
    // What is missing from half a list proves nothing.
    if (!listed.complete)
      return this.book.write(now, found, ['stuck'], 'the provider lists more numbers than can be read');
    found.push(...(await this.missing(listed.numbers, lagEnds)));
    for (const { kind, intentId } of found) this.log.warn(`${kind}: ${intentId}`);
    return this.book.write(now, found, ORPHAN_KINDS, null);
  }

  private async unpaid(numbers: readonly TaggedNumber[], lagEnds: Date): Promise<Orphan[]> {
    const intents = await this.book.intents([...new Set(numbers.map(({ intentId }) => intentId))]);
    return numbers.flatMap(({ intentId, side, ref, phoneNumber }): Orphan[] => {
      const intent = intents.get(intentId);
      const over = intent?.status === 'failed' || intent?.status === 'released';
      if (intent && !(over && intent.settledAt !== null && intent.settledAt < lagEnds)) return [];
      const detail = intent ? `its order is ${intent.status}` : 'no order here has this id';
      return [{ kind: 'nobody_paid', intentId, side, ref, phoneNumber, orgId: intent?.orgId ?? null, detail }];
    });
  }

  private async missing(numbers: readonly TaggedNumber[], lagEnds: Date): Promise<Orphan[]> {
    const found: Orphan[] = [];
    for (const side of SIDES_OF[this.provider.kind]) {
      const there = numbers.filter((number) => number.side === side).map(({ intentId }) => intentId);
      const missing = await this.book.activeWithout(this.provider.kind, there, lagEnds);
      found.push(...missing.map((orphan) => ({ ...orphan, side })));
    }
    return found;
  }
}

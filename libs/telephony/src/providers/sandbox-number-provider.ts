import { setTimeout as wait } from 'node:timers/promises';
import type {
  ActiveNumber,
  AvailableNumber,
  BuyOutcome,
  FindOutcome,
  ListOutcome,
  NumberCriteria,
  NumberProvider,
  ProviderHealth,
  ProviderRefusal,
  Purchase,
  RegisterOutcome,
  ReleaseOutcome,
  SearchOutcome,
} from '../application/number-provider.port';
import { MAX_SEARCH_RESULTS } from '../application/number-provider.port';
import { tagOf } from './intent-tag';
import { refusalOfCriteria } from './offered-numbers';
import { measureHealth } from './provider-health';
import { notSent, refused, unknown } from './provider-outcome';
import { behaviourOf, type SandboxBehaviour } from './sandbox-area-codes';
import { NUMBERS_PER_AREA, sandboxNumber, startingPlaceOf } from './sandbox-numbering';
import type { SandboxNumber, SandboxShelf } from './sandbox-shelf';

export interface SandboxSettings {
  shelf: SandboxShelf;
  /** How long a step takes with the slow area code, milliseconds. Default 3000: felt by a person, not by a test run. */
  slowMs?: number;
  /** How long a time-out is waited for, milliseconds. Default 100; a real one takes `PROVIDER_TIMEOUT_MS`. */
  timeoutMs?: number;
}

/** Invents numbers, offline and always the same ones, and misbehaves by area code (`SANDBOX_AREA_CODES`). */
export class SandboxNumberProvider implements NumberProvider {
  readonly kind = 'sandbox';
  private readonly shelf: SandboxShelf;
  private readonly slowMs: number;
  private readonly timeoutMs: number;

  constructor({ shelf, slowMs = 3000, timeoutMs = 100 }: SandboxSettings) {
    this.shelf = shelf;
    this.slowMs = slowMs;
    this.timeoutMs = timeoutMs;
  }

  refusalFor(criteria: NumberCriteria): ProviderRefusal | null {
    return refusalOfCriteria(criteria);
  }

  async search(criteria: NumberCriteria, limit: number): Promise<SearchOutcome> {
    const impossible = this.refusalFor(criteria);
    if (impossible) return impossible;
    const behaviour = behaviourOf(criteria.areaCode);
    await this.takeTime(behaviour);
    const numbers: AvailableNumber[] = [];
    const wanted = behaviour.soldOut ? 0 : Math.min(limit, MAX_SEARCH_RESULTS);
    for (let n = 0; n < NUMBERS_PER_AREA && numbers.length < wanted; n++) {
      const phoneNumber = sandboxNumber(criteria, n);
      if (await this.shelf.isClaimed(phoneNumber)) continue;
      numbers.push({ phoneNumber, country: criteria.country, numberType: criteria.numberType });
    }
    return { kind: 'found', numbers };
  }

  async buy(
    intentId: string,
    criteria: NumberCriteria,
    phoneNumber?: string,
    isInTime = (): boolean => true,
  ): Promise<BuyOutcome> {
    tagOf(intentId);
    const impossible = this.refusalFor(criteria);
    if (impossible) return impossible;
    const behaviour = behaviourOf(criteria.areaCode);
    await this.takeTime(behaviour);
    if (behaviour.refuseBuy) return refused(behaviour.refuseBuy, `Sandbox: ${behaviour.summary}`);
    if (behaviour.buyTimesOut === 'before') return this.timeOut(behaviour);
    const bought = await this.shelf.get(intentId);
    if (!bought && !isInTime()) return notSent();
    const owned = bought ?? (await this.sell(intentId, criteria, phoneNumber));
    if ('kind' in owned) return owned;
    if (behaviour.buyTimesOut === 'after') return this.timeOut(behaviour);
    const purchase = purchaseOf(owned);
    if (!behaviour.activatesAfterLooks) return { kind: 'bought', purchase };
    return { kind: 'activating', purchase: { ...purchase, phoneNumber: null } };
  }

  private async sell(intentId: string, criteria: NumberCriteria, wanted?: string) {
    const phoneNumber = wanted ? await this.claimed(wanted) : await this.claimAny(intentId, criteria);
    if (!phoneNumber) {
      return wanted
        ? refused('number_taken', `Sandbox: ${wanted} is taken`)
        : refused('no_number_in_area_code', 'Sandbox: everything of this kind is sold');
    }
    const sold: SandboxNumber = {
      intentId,
      phoneNumber,
      providerRef: `sandbox_${tagOf(intentId)}`,
      vapiPhoneId: null,
      areaCode: criteria.areaCode ?? '',
      looks: 0,
      registerTries: 0,
    };
    await this.shelf.put(sold);
    return sold;
  }

  private async claimAny(intentId: string, criteria: NumberCriteria): Promise<string | null> {
    const start = startingPlaceOf(intentId);
    for (let step = 0; step < NUMBERS_PER_AREA; step++) {
      const claimed = await this.claimed(sandboxNumber(criteria, (start + step) % NUMBERS_PER_AREA));
      if (claimed) return claimed;
    }
    return null;
  }

  private async claimed(phoneNumber: string): Promise<string | null> {
    return (await this.shelf.claim(phoneNumber)) ? phoneNumber : null;
  }

  async findByIntent(intentId: string): Promise<FindOutcome> {
    tagOf(intentId);
    const number = await this.look(intentId);
    if (!number) return { kind: 'nothing' };
    const behaviour = behaviourOf(number.areaCode);
    await this.takeTime(behaviour);
    if (number.looks <= (behaviour.unreachableLooks ?? -1)) return this.timeOut(behaviour);
    if (number.looks <= (behaviour.listLagsLooks ?? -1)) return { kind: 'nothing' };
    const purchase = purchaseOf(number);
    const state = stateOf(number, behaviour);
    if (state === 'activating') return { kind: state, purchase: { ...purchase, phoneNumber: null } };
    if (state === 'blocked') return { kind: state, purchase };
    return number.vapiPhoneId === null ? { kind: 'bought', purchase } : activeOf(number, number.vapiPhoneId);
  }

  async register({ intentId }: Purchase): Promise<RegisterOutcome> {
    const number = await this.look(intentId);
    if (!number) return refused('provider_rejected', 'Sandbox: this intent has bought nothing');
    const behaviour = behaviourOf(number.areaCode);
    await this.takeTime(behaviour);
    if (number.vapiPhoneId !== null) return activeOf(number, number.vapiPhoneId);
    const state = stateOf(number, behaviour);
    if (state === 'activating') return { kind: 'pending', detail: `Sandbox: ${behaviour.summary}` };
    if (state === 'blocked') {
      await this.shelf.remove(intentId);
      return refused('number_blocked', 'Sandbox: blocked by the provider; it has been given back');
    }
    if (behaviour.refuseRegister) return refused(behaviour.refuseRegister, `Sandbox: ${behaviour.summary}`);
    const tried = { ...number, registerTries: number.registerTries + 1 };
    if (tried.registerTries <= (behaviour.registerPendingTries ?? 0)) {
      await this.shelf.put(tried);
      return { kind: 'pending', detail: `Sandbox: ${behaviour.summary}` };
    }
    const vapiPhoneId = intentId;
    await this.shelf.put({ ...tried, vapiPhoneId });
    return behaviour.registerTimesOutAfter ? this.timeOut(behaviour) : activeOf(number, vapiPhoneId);
  }

  async release({ intentId }: Purchase): Promise<ReleaseOutcome> {
    const number = await this.shelf.get(intentId);
    if (!number) return { kind: 'released' };
    const behaviour = behaviourOf(number.areaCode);
    await this.takeTime(behaviour);
    await this.shelf.remove(intentId);
    return behaviour.releaseTimesOutAfter ? this.timeOut(behaviour) : { kind: 'released' };
  }

  async listTagged(): Promise<ListOutcome> {
    const numbers = await this.shelf.all();
    return {
      kind: 'listed',
      complete: true,
      numbers: numbers.map(({ intentId, phoneNumber, providerRef }) => ({
        intentId,
        side: this.kind,
        ref: providerRef,
        phoneNumber,
      })),
    };
  }

  health(): Promise<ProviderHealth> {
    return measureHealth(this.kind, async () => {
      const { length } = await this.shelf.all();
      return { ok: true, detail: `Sandbox: ${length} numbers sold` };
    });
  }

  /** Counts the look, so that what changes with time changes the same way in every run. */
  private async look(intentId: string): Promise<SandboxNumber | null> {
    const number = await this.shelf.get(intentId);
    if (!number || !changesByLooks(behaviourOf(number.areaCode))) return number;
    const looked = { ...number, looks: number.looks + 1 };
    await this.shelf.put(looked);
    return looked;
  }

  private async takeTime({ slow }: SandboxBehaviour): Promise<void> {
    if (slow) await wait(this.slowMs);
  }

  private async timeOut({ summary }: SandboxBehaviour) {
    await wait(this.timeoutMs);
    return unknown(`Sandbox: ${summary}`);
  }
}

/** Only these are written on a look: elsewhere, writing what was read could bring back a number just released. */
function changesByLooks({ activatesAfterLooks, listLagsLooks, unreachableLooks }: SandboxBehaviour): boolean {
  return Boolean(activatesAfterLooks ?? listLagsLooks ?? unreachableLooks);
}

function stateOf({ looks }: SandboxNumber, behaviour: SandboxBehaviour): 'activating' | 'blocked' | 'usable' {
  if (looks <= (behaviour.activatesAfterLooks ?? -1)) return 'activating';
  return behaviour.thenBlocked ? 'blocked' : 'usable';
}

function purchaseOf({ intentId, phoneNumber, providerRef, vapiPhoneId }: SandboxNumber): Purchase {
  return { intentId, phoneNumber, providerRef, vapiPhoneId };
}

function activeOf(number: SandboxNumber, vapiPhoneId: string): ActiveNumber {
  const purchase = { ...purchaseOf(number), vapiPhoneId };
  return { kind: 'active', phoneNumber: number.phoneNumber, vapiPhoneId, purchase };
}

import type {
  BuyOutcome,
  FindOutcome,
  ListOutcome,
  NumberCriteria,
  NumberProvider,
  ProviderHealth,
  ProviderRefusal,
  ProviderUnknown,
  Purchase,
  RegisterOutcome,
  ReleaseOutcome,
  SearchOutcome,
} from '../application/number-provider.port';
import { intentOf, TAG_PREFIX, tagOf } from './intent-tag';
import { refusalOfCriteria } from './offered-numbers';
import { judgeWrite } from './provider-fault';
import { measureHealth } from './provider-health';
import { notSent, refused, unknown } from './provider-outcome';
import { vapiFaultOf, vapiReasonOf } from './vapi-fault';
import { type VapiNumber, VapiNumbers, type VapiSettings } from './vapi-numbers';

/**
 * Numbers that Vapi sells itself: United States, local. Buying and registering are one request there, so `buy` mostly
 * answers `activating` and `register` only waits. Vapi gives no choice of digits and has no search.
 */
export class VapiNumberProvider implements NumberProvider {
  readonly kind = 'vapi';
  private readonly vapi: VapiNumbers;

  constructor(settings: VapiSettings) {
    this.vapi = new VapiNumbers(settings);
  }

  refusalFor(criteria: NumberCriteria): ProviderRefusal | null {
    const impossible = refusalOfCriteria(criteria);
    if (impossible) return impossible;
    if (criteria.country !== 'US' || criteria.numberType !== 'local') {
      return refused('not_offered', 'Vapi sells local numbers of the United States only; use the twilio provider');
    }
    return null;
  }

  async search(): Promise<SearchOutcome> {
    return refused('not_offered', 'Vapi cannot be searched: asking for a number buys it');
  }

  async buy(
    intentId: string,
    criteria: NumberCriteria,
    phoneNumber?: string,
    isInTime = (): boolean => true,
  ): Promise<BuyOutcome> {
    const tag = tagOf(intentId);
    const impossible = this.refusalFor(criteria);
    if (impossible) return impossible;
    if (phoneNumber !== undefined) return refused('not_offered', 'Vapi gives no choice of digits');
    try {
      const [owned] = await this.vapi.named(tag);
      if (!owned && !isInTime()) return notSent();
      const number = owned ?? (await this.vapi.buy(tag, criteria.areaCode));
      const purchase = purchaseOf(intentId, number);
      return isUsable(number) ? { kind: 'bought', purchase } : { kind: 'activating', purchase };
    } catch (error) {
      return judge(error);
    }
  }

  async findByIntent(intentId: string): Promise<FindOutcome> {
    const tag = tagOf(intentId);
    try {
      const [number] = await this.vapi.named(tag);
      if (!number) return { kind: 'nothing' };
      const purchase = purchaseOf(intentId, number);
      if (number.status === 'blocked') return { kind: 'blocked', purchase };
      return activeOf(number, purchase) ?? { kind: 'activating', purchase };
    } catch (error) {
      return unknown(vapiFaultOf(error).detail);
    }
  }

  async register(purchase: Purchase): Promise<RegisterOutcome> {
    const tag = tagOf(purchase.intentId);
    try {
      const id = purchase.vapiPhoneId ?? purchase.providerRef;
      const number = id ? await this.vapi.get(id) : (await this.vapi.named(tag))[0];
      // A number bought a moment ago may not be readable yet; the saga's patience ends this, not a guess.
      if (!number) return { kind: 'pending', detail: `Vapi does not know ${id ?? tag} (yet)` };
      if (number.status === 'blocked') {
        await this.vapi.remove(number.id);
        return refused('number_blocked', `Vapi blocked number ${number.id}; it has been deleted`);
      }
      const active = activeOf(number, purchase);
      // Seen after a purchase that failed on billing: status active, but no digits. Such a number takes no calls.
      return active ?? { kind: 'pending', detail: `Vapi says ${number.status}, without digits so far` };
    } catch (error) {
      // Only a look or a clean-up failed: that says nothing against the number, whatever the status code.
      return unknown(vapiFaultOf(error).detail);
    }
  }

  async release({ intentId, providerRef, vapiPhoneId }: Purchase): Promise<ReleaseOutcome> {
    const tag = tagOf(intentId);
    try {
      const tagged = await this.vapi.named(tag);
      const ids = new Set([providerRef, vapiPhoneId, ...tagged.map((each) => each.id)]);
      for (const id of ids) if (id !== null) await this.vapi.remove(id);
      return { kind: 'released' };
    } catch (error) {
      return judge(error);
    }
  }

  async listTagged(): Promise<ListOutcome> {
    try {
      const { numbers, complete } = await this.vapi.searchFor(TAG_PREFIX);
      return {
        kind: 'listed',
        complete,
        numbers: numbers.flatMap(({ id, name, phoneNumber }) => {
          const intentId = intentOf(name);
          return intentId ? [{ intentId, side: this.kind, ref: id, phoneNumber }] : [];
        }),
      };
    } catch (error) {
      return unknown(vapiFaultOf(error).detail);
    }
  }

  health(): Promise<ProviderHealth> {
    return measureHealth(this.kind, async () => {
      try {
        await this.vapi.searchFor(TAG_PREFIX, 1);
        return { ok: true, detail: 'Vapi answers' };
      } catch (error) {
        return { ok: false, detail: vapiFaultOf(error).detail };
      }
    });
  }
}

function judge(error: unknown): ProviderRefusal | ProviderUnknown {
  return judgeWrite(vapiFaultOf(error), vapiReasonOf);
}

function purchaseOf(intentId: string, { id, phoneNumber }: VapiNumber): Purchase {
  return { intentId, phoneNumber, providerRef: id, vapiPhoneId: id };
}

function isUsable({ status, phoneNumber }: VapiNumber): boolean {
  return status === 'active' && phoneNumber !== null;
}

/** Active, with the digits from now or from the purchase: a later read may mask them. */
function activeOf({ id, status, phoneNumber }: VapiNumber, purchase: Purchase) {
  const digits = phoneNumber ?? purchase.phoneNumber;
  if (status !== 'active' || digits === null) return null;
  return {
    kind: 'active' as const,
    phoneNumber: digits,
    vapiPhoneId: id,
    purchase: { ...purchase, phoneNumber: digits, providerRef: purchase.providerRef ?? id, vapiPhoneId: id },
  };
}

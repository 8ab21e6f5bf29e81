import type {
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
  TaggedNumber,
} from '../application/number-provider.port';
import { MAX_SEARCH_RESULTS } from '../application/number-provider.port';
import { intentOf, TAG_PREFIX, tagOf } from './intent-tag';
import { refusalOfCriteria } from './offered-numbers';
import { MAX_BUY_TRIES } from './provider-deadline';
import { judgeWrite } from './provider-fault';
import { measureHealth } from './provider-health';
import { notSent, refused, unknown } from './provider-outcome';
import type { TwilioSettings } from './twilio-client';
import { twilioFaultOf, twilioReasonOf } from './twilio-fault';
import { type OwnedNumber, TwilioNumbers } from './twilio-numbers';
import { TwilioRegistration } from './twilio-registration';
import { vapiFaultOf } from './vapi-fault';
import type { VapiSettings } from './vapi-numbers';

export interface TwilioProviderSettings {
  twilio: TwilioSettings;
  /** The account that answers the calls of the numbers bought at Twilio. */
  vapi: VapiSettings;
}

/** Numbers bought at Twilio and imported into Vapi: two companies, so two tagged things per number. */
export class TwilioNumberProvider implements NumberProvider {
  readonly kind = 'twilio';
  private readonly twilio: TwilioNumbers;
  private readonly registration: TwilioRegistration;

  constructor({ twilio, vapi }: TwilioProviderSettings) {
    this.twilio = new TwilioNumbers(twilio);
    this.registration = new TwilioRegistration(vapi, twilio);
  }

  refusalFor(criteria: NumberCriteria): ProviderRefusal | null {
    return refusalOfCriteria(criteria);
  }

  async search(criteria: NumberCriteria, limit: number): Promise<SearchOutcome> {
    const impossible = this.refusalFor(criteria);
    if (impossible) return impossible;
    try {
      return { kind: 'found', numbers: await this.twilio.search(criteria, Math.min(limit, MAX_SEARCH_RESULTS)) };
    } catch (error) {
      return judgeSearch(error);
    }
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
    try {
      const [owned] = await this.twilio.named(tag);
      if (owned) return bought(intentId, owned);
    } catch (error) {
      return judgeTwilio(error);
    }
    const buyThis = (one: string): Promise<BuyOutcome> =>
      isInTime() ? this.buyThis(intentId, criteria, one) : Promise.resolve(notSent());
    return phoneNumber === undefined ? this.buyAny(intentId, criteria, buyThis) : buyThis(phoneNumber);
  }

  /** Numbers are sold while we look at them. Only a definite "taken" leads to another try. */
  private async buyAny(
    intentId: string,
    criteria: NumberCriteria,
    buyThis: (phoneNumber: string) => Promise<BuyOutcome>,
  ): Promise<BuyOutcome> {
    const tried = new Set<string>();
    let outcome: BuyOutcome = refused('no_number_in_area_code', 'Twilio has none of this kind for sale now');
    while (tried.size < MAX_BUY_TRIES) {
      const found = await this.search(criteria, MAX_SEARCH_RESULTS);
      if (found.kind !== 'found') return found;
      const candidates = found.numbers.filter((each) => !tried.has(each.phoneNumber));
      const candidate = candidates[placeOf(intentId, candidates.length)];
      if (!candidate) return outcome;
      tried.add(candidate.phoneNumber);
      outcome = await buyThis(candidate.phoneNumber);
      if (outcome.kind !== 'refused' || outcome.reason !== 'number_taken') return outcome;
    }
    return outcome;
  }

  private async buyThis(intentId: string, criteria: NumberCriteria, phoneNumber: string): Promise<BuyOutcome> {
    try {
      return bought(intentId, await this.twilio.buy(tagOf(intentId), phoneNumber, criteria));
    } catch (error) {
      return judgeTwilio(error);
    }
  }

  async findByIntent(intentId: string): Promise<FindOutcome> {
    const tag = tagOf(intentId);
    try {
      const [owned] = await this.twilio.named(tag);
      if (!owned) return { kind: 'nothing' };
      return await this.registration.find(purchaseOf(intentId, owned));
    } catch (error) {
      return unknown(twilioFaultOf(error).detail);
    }
  }

  register(purchase: Purchase): Promise<RegisterOutcome> {
    return this.registration.register(purchase);
  }

  /** At Vapi first: a number that Vapi still answers but Twilio has sold on would take a stranger's calls. */
  async release({ intentId, providerRef, vapiPhoneId }: Purchase): Promise<ReleaseOutcome> {
    const tag = tagOf(intentId);
    const unregistered = await this.registration.release(tag, vapiPhoneId);
    if (unregistered.kind !== 'released') return unregistered;
    try {
      const tagged = await this.twilio.named(tag);
      const sids = new Set([providerRef, ...tagged.map((each) => each.sid)]);
      for (const sid of sids) if (sid !== null) await this.twilio.remove(sid);
      return { kind: 'released' };
    } catch (error) {
      return judgeTwilio(error);
    }
  }

  async listTagged(): Promise<ListOutcome> {
    try {
      const [bought, imported] = await Promise.all([this.twilio.owned(), this.registration.tagged(TAG_PREFIX)]);
      const atTwilio = bought.numbers.flatMap(({ sid, phoneNumber, name }): TaggedNumber[] => {
        const intentId = intentOf(name);
        return intentId ? [{ intentId, side: this.kind, ref: sid, phoneNumber }] : [];
      });
      return {
        kind: 'listed',
        numbers: [...atTwilio, ...imported.numbers],
        complete: bought.complete && imported.complete,
      };
    } catch (error) {
      const fault = twilioFaultOf(error);
      return unknown(fault.kind === 'answered' ? fault.detail : vapiFaultOf(error).detail);
    }
  }

  health(): Promise<ProviderHealth> {
    return measureHealth(this.kind, async () => {
      try {
        const status = await this.twilio.accountStatus();
        if (status !== 'active') return { ok: false, detail: `Twilio account ${status}` };
        return await this.registration.health();
      } catch (error) {
        return { ok: false, detail: twilioFaultOf(error).detail };
      }
    });
  }
}

function judgeTwilio(error: unknown) {
  return judgeWrite(twilioFaultOf(error), twilioReasonOf);
}

/** Twilio answers 404 to a search for a type that it does not sell in that country. */
function judgeSearch(error: unknown) {
  const fault = twilioFaultOf(error);
  if (fault.kind === 'answered' && fault.status === 404) return refused('not_offered', fault.detail);
  return judgeWrite(fault, twilioReasonOf);
}

function purchaseOf(intentId: string, { sid, phoneNumber }: OwnedNumber): Purchase {
  return { intentId, phoneNumber, providerRef: sid, vapiPhoneId: null };
}

function bought(intentId: string, owned: OwnedNumber): BuyOutcome {
  return { kind: 'bought', purchase: purchaseOf(intentId, owned) };
}

/** Spreads simultaneous buyers over the list: if all took its first entry, all but one would meet "taken". */
function placeOf(intentId: string, length: number): number {
  return length === 0 ? 0 : parseInt(intentId.slice(0, 8), 16) % length;
}

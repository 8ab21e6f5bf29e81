import type {
  FindOutcome,
  Purchase,
  RegisterOutcome,
  ReleaseOutcome,
  TaggedNumber,
} from '../application/number-provider.port';
import { intentOf, TAG_PREFIX, tagOf } from './intent-tag';
import { judgeWrite } from './provider-fault';
import { refused, unknown } from './provider-outcome';
import type { TwilioSettings } from './twilio-client';
import { vapiFaultOf, vapiReasonOf } from './vapi-fault';
import { type VapiNumber, VapiNumbers, type VapiSettings } from './vapi-numbers';

/** The Vapi half of a number that was bought at Twilio: its import, and what has become of it. */
export class TwilioRegistration {
  private readonly vapi: VapiNumbers;

  constructor(
    vapi: VapiSettings,
    private readonly twilio: Pick<TwilioSettings, 'accountSid' | 'authToken'>,
  ) {
    this.vapi = new VapiNumbers(vapi);
  }

  /** How far a number that is known to be bought has come. */
  async find(purchase: Purchase): Promise<FindOutcome> {
    try {
      const [imported] = await this.vapi.named(tagOf(purchase.intentId));
      if (!imported) return { kind: 'bought', purchase };
      const known = { ...purchase, vapiPhoneId: imported.id };
      if (imported.status === 'blocked') return { kind: 'blocked', purchase: known };
      return activeOf(imported, purchase) ?? { kind: 'activating', purchase: known };
    } catch {
      // That it is bought is certain, and `register` looks for the import itself.
      return { kind: 'bought', purchase };
    }
  }

  async register(purchase: Purchase): Promise<RegisterOutcome> {
    const { intentId, phoneNumber } = purchase;
    const tag = tagOf(intentId);
    if (phoneNumber === null) return refused('number_invalid', 'A number without digits cannot be imported');
    let imported: VapiNumber | undefined;
    try {
      [imported] = await this.vapi.named(tag);
      if (imported?.status === 'blocked') {
        await this.vapi.remove(imported.id);
        return refused('number_blocked', `Vapi blocked ${phoneNumber}; its import has been deleted`);
      }
    } catch (error) {
      return unknown(vapiFaultOf(error).detail);
    }
    try {
      imported ??= await this.vapi.importFromTwilio(tag, phoneNumber, this.twilio);
      return activeOf(imported, purchase) ?? { kind: 'pending', detail: `Vapi says ${imported.status}` };
    } catch (error) {
      return judgeImport(error);
    }
  }

  async release(tag: string, vapiPhoneId: string | null): Promise<ReleaseOutcome> {
    try {
      const tagged = await this.vapi.named(tag);
      const ids = new Set([vapiPhoneId, ...tagged.map((each) => each.id)]);
      for (const id of ids) if (id !== null) await this.vapi.remove(id);
      return { kind: 'released' };
    } catch (error) {
      return judgeWrite(vapiFaultOf(error), vapiReasonOf);
    }
  }

  async tagged(prefix: string): Promise<{ numbers: TaggedNumber[]; complete: boolean }> {
    const { numbers, complete } = await this.vapi.searchFor(prefix);
    return {
      complete,
      numbers: numbers.flatMap(({ id, name, phoneNumber }) => {
        const intentId = intentOf(name);
        return intentId ? [{ intentId, side: 'vapi' as const, ref: id, phoneNumber }] : [];
      }),
    };
  }

  async health(): Promise<{ ok: boolean; detail: string }> {
    try {
      await this.vapi.searchFor(TAG_PREFIX, 1);
      return { ok: true, detail: 'Twilio account active, Vapi answers' };
    } catch (error) {
      return { ok: false, detail: `Twilio account active, but ${vapiFaultOf(error).detail}` };
    }
  }
}

/** A refusal here costs the number: it is released and refunded. So what passes by itself is only `pending`. */
function judgeImport(error: unknown): RegisterOutcome {
  const outcome = judgeWrite(vapiFaultOf(error), vapiReasonOf);
  if (outcome.kind !== 'refused') return outcome;
  const passes =
    outcome.reason === 'provider_rate_limited' ||
    outcome.reason === 'provider_unreachable' ||
    // Vapi looks the number up at Twilio, where one that was bought a moment ago may not show yet.
    /not found/i.test(outcome.detail) ||
    // An earlier try has imported it, and Vapi's list does not show it yet.
    /existing phone number/i.test(outcome.detail);
  return passes ? { kind: 'pending', detail: outcome.detail } : outcome;
}

/** The digits are Twilio's: what Vapi lists may be masked. */
function activeOf({ id, status }: VapiNumber, purchase: Purchase) {
  if (status !== 'active' || purchase.phoneNumber === null) return null;
  return {
    kind: 'active' as const,
    phoneNumber: purchase.phoneNumber,
    vapiPhoneId: id,
    purchase: { ...purchase, vapiPhoneId: id },
  };
}

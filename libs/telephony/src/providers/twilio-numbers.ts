import type { Twilio } from 'twilio';
import type { LocalListInstanceOptions } from 'twilio/lib/rest/api/v2010/account/availablePhoneNumberCountry/local';
import type { AvailableNumber, Country, NumberCriteria, NumberType } from '../application/number-provider.port';
import { MAX_SEARCH_RESULTS } from '../application/number-provider.port';
import { DIALLING_CODE, isE164, nationalAreaCode } from './offered-numbers';
import { PROVIDER_TIMEOUT_MS, withinDeadline } from './provider-deadline';
import { twilioClientOf, type TwilioPapers, type TwilioSettings } from './twilio-client';
import { twilioFaultOf } from './twilio-fault';

/** A number that the account owns. */
export interface OwnedNumber {
  sid: string;
  phoneNumber: string;
  name: string;
}

interface ForSale {
  phoneNumber: string;
  locality: string;
}

/** Twilio's largest page. */
const PAGE_SIZE = 1000;
/** Ten pages. An account that has more is told by `complete: false`. */
const MAX_LISTED = 10 * PAGE_SIZE;

/** Twilio's AvailablePhoneNumbers takes an area code for North America only. */
const HAS_AREA_CODES = new Set(['US', 'CA']);

/**
 * Numbers at Twilio through the official client. Every failure is thrown as the client throws it; read it with
 * `twilioFaultOf`.
 */
export class TwilioNumbers {
  private readonly client: Twilio;
  private readonly accountSid: string;
  private readonly timeoutMs: number;
  private readonly papers: Record<string, TwilioPapers>;

  constructor(settings: TwilioSettings) {
    this.client = twilioClientOf(settings);
    this.accountSid = settings.accountSid;
    this.timeoutMs = settings.timeoutMs ?? PROVIDER_TIMEOUT_MS;
    this.papers = settings.papers ?? {};
  }

  /** Voice numbers for sale, at most `limit`. */
  async search({ country, numberType, areaCode }: NumberCriteria, limit: number): Promise<AvailableNumber[]> {
    const byAreaCode = areaCode !== undefined && HAS_AREA_CODES.has(country);
    const start = DIALLING_CODE[country] + nationalAreaCode(areaCode ?? '');
    const filter = {
      voiceEnabled: true,
      // `contains` matches anywhere in the number, so take a full page and keep those that start right.
      ...(areaCode === undefined ? {} : byAreaCode ? { areaCode: Number(areaCode) } : { contains: start }),
      limit: MAX_SEARCH_RESULTS,
    };
    const found = await this.forSale(country, numberType, filter);
    return found
      .filter(({ phoneNumber }) => isE164(phoneNumber) && phoneNumber.startsWith(`+${start}`))
      .slice(0, limit)
      .map(({ phoneNumber, locality }) => ({
        phoneNumber,
        country,
        numberType,
        ...(locality ? { locality } : {}),
      }));
  }

  private forSale(country: Country, numberType: NumberType, filter: LocalListInstanceOptions): Promise<ForSale[]> {
    const { local, tollFree, mobile } = this.client.availablePhoneNumbers(country);
    if (numberType === 'local') return local.list(filter);
    return numberType === 'mobile' ? mobile.list(filter) : tollFree.list(filter);
  }

  /** Buys exactly this number. One request, never repeated. */
  async buy(name: string, phoneNumber: string, { country, numberType }: NumberCriteria): Promise<OwnedNumber> {
    const papers = this.papers[`${country}:${numberType}`] ?? {};
    return readOwned(await this.client.incomingPhoneNumbers.create({ phoneNumber, friendlyName: name, ...papers }));
  }

  /** What the account owns under exactly this name, the oldest first. */
  async named(name: string): Promise<OwnedNumber[]> {
    const found = await withinDeadline(
      this.timeoutMs,
      this.client.incomingPhoneNumbers.list({ friendlyName: name, pageSize: PAGE_SIZE, limit: MAX_LISTED }),
    );
    return found
      .filter((each) => each.friendlyName === name)
      .sort((a, b) => Number(a.dateCreated) - Number(b.dateCreated))
      .map(readOwned);
  }

  /** Everything the account owns, up to `MAX_LISTED`. */
  async owned(): Promise<{ numbers: OwnedNumber[]; complete: boolean }> {
    const found = await this.client.incomingPhoneNumbers.list({ pageSize: PAGE_SIZE, limit: MAX_LISTED + 1 });
    return { numbers: found.slice(0, MAX_LISTED).map(readOwned), complete: found.length <= MAX_LISTED };
  }

  /** Releases a number; one that is already gone is as good. */
  async remove(sid: string): Promise<void> {
    try {
      await this.client.incomingPhoneNumbers(sid).remove();
    } catch (error) {
      const fault = twilioFaultOf(error);
      if (fault.kind !== 'answered' || fault.status !== 404) throw error;
    }
  }

  /** `active`, `suspended` or `closed`. */
  async accountStatus(): Promise<string> {
    return (await this.client.api.v2010.accounts(this.accountSid).fetch()).status;
  }
}

/** @throws Error when a 2xx carried no number: then nobody can say what was bought. */
function readOwned(answer: { sid: string; phoneNumber: string; friendlyName: string }): OwnedNumber {
  const { sid, phoneNumber, friendlyName } = answer;
  if (!/^PN/.test(sid ?? '') || !isE164(phoneNumber)) {
    throw new Error('Twilio answered something that is not a number of ours');
  }
  return { sid, phoneNumber, name: friendlyName ?? '' };
}

import { type Vapi, VapiClient } from '@vapi-ai/server-sdk';
import { isE164 } from './offered-numbers';
import { PROVIDER_TIMEOUT_MS, withinDeadline } from './provider-deadline';
import { fieldsOf } from './provider-fault';
import { vapiFaultOf } from './vapi-fault';
import { vapiServerOf, type VapiWebhook } from './vapi-server';

export interface VapiSettings {
  apiKey: string;
  /** Default: Vapi's own. */
  baseUrl?: string;
  webhook?: VapiWebhook;
  /** Per request, milliseconds; default `PROVIDER_TIMEOUT_MS`, at most `MAX_PROVIDER_TIMEOUT_MS`. */
  timeoutMs?: number;
}

/** A number as it lies at Vapi, reduced to what decides. */
export interface VapiNumber {
  id: string;
  name: string | null;
  /** E.164, or null: not assigned yet, or masked. */
  phoneNumber: string | null;
  status: 'active' | 'activating' | 'blocked';
}

/** Vapi's default page; its maximum is 1000. A search for one tag returns one. */
const PAGE_SIZE = 100;
/** 10 000 numbers. An account that has more is told by `complete: false`. */
const MAX_PAGES = 100;

/**
 * Phone numbers at Vapi through the official SDK. Every failure is thrown as the SDK throws it; read it with
 * `vapiFaultOf`.
 */
export class VapiNumbers {
  private readonly client: VapiClient;
  private readonly timeoutMs: number;
  private readonly webhook: VapiWebhook | undefined;

  constructor({ apiKey, baseUrl, webhook, timeoutMs = PROVIDER_TIMEOUT_MS }: VapiSettings) {
    this.timeoutMs = timeoutMs;
    this.webhook = webhook;
    this.client = new VapiClient({
      token: apiKey,
      ...(baseUrl ? { baseUrl } : {}),
      // The SDK repeats 408, 429 and 5xx twice by default, POST too: a 500 after the purchase would buy three numbers.
      maxRetries: 0,
      timeoutInSeconds: timeoutMs / 1000,
      // A redirected POST would be sent again by fetch.
      fetch: (url, init) => fetch(url, { ...init, redirect: 'manual' }),
    });
  }

  /** Buys a number of Vapi's own, United States only. */
  buy(name: string, areaCode: string | undefined): Promise<VapiNumber> {
    return this.create({
      provider: 'vapi',
      name,
      ...(areaCode === undefined ? {} : { numberDesiredAreaCode: areaCode }),
    });
  }

  /** Makes Vapi answer a number that was bought at Twilio. Free of charge. */
  importFromTwilio(
    name: string,
    number: string,
    twilio: { accountSid: string; authToken: string },
  ): Promise<VapiNumber> {
    return this.create({
      provider: 'twilio',
      name,
      number,
      twilioAccountSid: twilio.accountSid,
      twilioAuthToken: twilio.authToken,
      // Otherwise Vapi would answer text messages too, which nobody has paid for.
      smsEnabled: false,
    });
  }

  /**
   * No assistantId, squadId, workflowId: with one of them Vapi asks nobody before it answers a call. No
   * fallbackDestination: calls that our gate cannot judge must end, not be forwarded at the reseller's expense.
   */
  private async create(request: Vapi.CreatePhoneNumbersRequest): Promise<VapiNumber> {
    const server = this.webhook && vapiServerOf(this.webhook);
    const created = await this.client.phoneNumbers.create({ ...request, ...(server ? { server } : {}) }, this.once());
    return readNumber(created);
  }

  /** Null: Vapi knows no such id. */
  get(id: string): Promise<VapiNumber | null> {
    return goneIsNull(this.client.phoneNumbers.get({ id }, this.once()).then(readNumber));
  }

  /** Deletes the number; one that is already gone is as good. */
  async remove(id: string): Promise<void> {
    await goneIsNull(this.client.phoneNumbers.delete({ id }, this.once()));
  }

  /** All numbers with exactly this name, the oldest first. */
  async named(name: string): Promise<VapiNumber[]> {
    const { numbers, complete } = await withinDeadline(this.timeoutMs, this.searchFor(name));
    // Half a list must not be read as "not there": on that word money is given back.
    if (!complete) throw new Error(`Vapi lists more numbers than can be read for the name ${name}`);
    return numbers.filter((each) => each.name === name);
  }

  /** All numbers whose name contains the text, the oldest first, up to `MAX_PAGES` pages. */
  async searchFor(text: string, maxPages = MAX_PAGES): Promise<{ numbers: VapiNumber[]; complete: boolean }> {
    const found = new Map<string, VapiNumber>();
    for (let page = 1; page <= maxPages; page++) {
      const answer = await this.client.phoneNumbers.phoneNumberControllerFindAllPaginated(
        { search: text, page, limit: PAGE_SIZE, sortBy: 'createdAt', sortOrder: 'ASC' },
        this.once(),
      );
      if (!Array.isArray(answer?.results)) throw new Error('Vapi answered a list of numbers without results');
      for (const each of answer.results.map(readNumber)) found.set(each.id, each);
      const more = answer.metadata?.hasNextPage ?? answer.results.length >= PAGE_SIZE;
      if (!more) return { numbers: [...found.values()], complete: true };
    }
    return { numbers: [...found.values()], complete: false };
  }

  /** The SDK's own time-out stops watching at the headers. This one ends an answer that trickles as well. */
  private once(): { abortSignal: AbortSignal } {
    return { abortSignal: AbortSignal.timeout(this.timeoutMs) };
  }
}

/** @throws Error when the answer is no number: the SDK passes on whatever came with a 2xx or 3xx, JSON or not. */
function readNumber(answer: unknown): VapiNumber {
  const { id, name, number, status } = fieldsOf(answer);
  if (typeof id !== 'string' || id === '') throw new Error('Vapi answered something that is not a phone number');
  return {
    id,
    name: typeof name === 'string' ? name : null,
    phoneNumber: isE164(number) ? number : null,
    status: readStatus(status),
  };
}

/** Imported numbers may come without a status; they are active. A status we don't know is not trusted to be. */
function readStatus(status: unknown): VapiNumber['status'] {
  if (status === undefined || status === null || status === 'active') return 'active';
  return status === 'blocked' ? 'blocked' : 'activating';
}

async function goneIsNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    const fault = vapiFaultOf(error);
    if (fault.kind === 'answered' && fault.status === 404) return null;
    throw error;
  }
}

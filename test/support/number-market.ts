import type { Settings } from '@holdfast/platform';
import { createNumberProvider } from '../../libs/telephony/src/providers/create-number-provider';
import type { NumberProvider } from '../../libs/telephony/src/application/number-provider.port';
import { NUMBER_PROVIDER } from '../../libs/telephony/src/application/number-provider.token';
import type { TestEngine } from './engine';
import { FakeTwilio, type Mishap, type ScriptedServer } from './fake-twilio';
import { FakeVapiNumbers } from './fake-vapi-numbers';

/** Instead of the 10 s of production: enough for a local answer, even on a busy machine. */
const HASTY_MS = 300;
/** A purchase lasts up to 84 s, and absence is believed after 180 s: a list may lag by no more than the rest. */
const LIST_LAG_SECONDS = 90;

const no = (status: number, message: string): Mishap => {
  const body = { message, code: status === 429 ? 20429 : 20001, status };
  return { effect: 'before', then: 'answer', answer: { status, body } };
};

/** What may become of one request. */
const MISHAPS: Readonly<Record<string, Mishap>> = {
  'is refused': no(400, 'Not this one'),
  'is asked too often': no(429, 'Too many requests'),
  fails: no(503, 'busy'),
  'fails after it was done': { effect: 'after', then: 'answer', answer: { status: 500 } },
  'is cut off': { effect: 'before', then: 'cut' },
  'is cut off after it was done': { effect: 'after', then: 'cut' },
  'is never answered': { effect: 'before', then: 'hang' },
  'is never answered after it was done': { effect: 'after', then: 'hang' },
  'is done when nobody waits any more': { effect: 'late', then: 'hang' },
};

type Happening = () => void;

/** Vapi, and Twilio before it where numbers are bought there: doubles at HTTP that misbehave on demand. */
export class NumberMarket {
  /** Tags, one for each number that was ever sold. */
  readonly sold: string[] = [];
  /** What may happen at the providers, by name. */
  readonly happenings: Readonly<Record<string, Happening>>;
  /** Of these, what may become of one request, by what is asked for. */
  readonly mishaps: Readonly<Record<string, readonly string[]>>;
  /** And all others. */
  readonly moods: readonly string[];
  private readonly twilio = new FakeTwilio();
  private readonly vapi = new FakeVapiNumbers();
  private readonly bornAt = new Map<string, number>();
  private clockSeconds = 0;
  private listsLag = false;
  private serial = 1_000_000;
  private offers: string[] = [];

  constructor(private readonly kind: 'twilio' | 'vapi') {
    const { twilio, vapi } = this;
    const requests: Readonly<Record<string, readonly [ScriptedServer, string, RegExp]>> = {
      'a look at Vapi': [vapi, 'GET', /phone-number/],
      'a deletion at Vapi': [vapi, 'DELETE', /phone-number/],
      ...(kind === 'vapi' && { 'a purchase': [vapi, 'POST', /phone-number/] as const }),
      ...(kind === 'twilio' && {
        'a search': [twilio, 'GET', /AvailablePhoneNumbers/] as const,
        'a look at Twilio': [twilio, 'GET', /IncomingPhoneNumbers/] as const,
        'a purchase': [twilio, 'POST', /IncomingPhoneNumbers/] as const,
        'an import': [vapi, 'POST', /phone-number/] as const,
        'a release at Twilio': [twilio, 'DELETE', /IncomingPhoneNumbers/] as const,
      }),
    };
    const named = (request: string) => Object.keys(MISHAPS).map((what) => `${request} ${what}`);
    this.mishaps = Object.fromEntries(Object.keys(requests).map((request) => [request, named(request)]));
    const planned = Object.entries(requests).flatMap(([request, [server, method, path]]) =>
      Object.entries(MISHAPS).map(([what, mishap]): [string, Happening] => [
        `${request} ${what}`,
        () => server.fail(method, path, mishap),
      ]),
    );
    const moods: Record<string, Happening> = {
      'the lists fall behind': () => this.list(true),
      'the lists catch up': () => this.list(false),
      'Vapi activates': () => this.vapiDecides('active'),
      'Vapi blocks': () => this.vapiDecides('blocked'),
      'Twilio sells again what it took back': () => this.stock(),
    };
    this.moods = Object.keys(moods);
    this.happenings = { ...Object.fromEntries(planned), ...moods };
    this.remember(twilio, 'own', ({ sid, friendly_name }) => kind === 'twilio' && this.isSold(sid, friendly_name));
    this.remember(vapi, 'put', ({ id, name }) => (kind === 'vapi' ? this.isSold(id, name ?? '') : this.isBorn(id)));
  }

  async start(): Promise<this> {
    await Promise.all([this.twilio.start(), this.vapi.start()]);
    this.hastyProvider(); // loads the SDKs now: while they load, a connection of a starting engine would time out
    return this;
  }

  async stop(): Promise<void> {
    await Promise.all([this.twilio.stop(), this.vapi.stop()]);
  }

  get settings(): Partial<Settings> {
    const { kind, twilio, vapi } = this;
    return {
      telephonyProvider: kind,
      twilio: { accountSid: twilio.accountSid, authToken: twilio.authToken, baseUrl: twilio.url },
      vapi: {
        webhookSecret: 'test-webhook-secret-0123456789',
        hmac: null,
        apiKey: vapi.apiKey,
        baseUrl: vapi.url,
        controlHosts: ['.vapi.ai'],
      },
    };
  }

  /** Shortens the engine's patience with one request. */
  hurry({ engine }: TestEngine): void {
    Object.assign(engine.app.get<NumberProvider>(NUMBER_PROVIDER, { strict: false }), this.hastyProvider());
  }

  private hastyProvider(): NumberProvider {
    const { kind, twilio, vapi } = this;
    const atVapi = { apiKey: vapi.apiKey, baseUrl: vapi.url, timeoutMs: HASTY_MS };
    if (kind === 'vapi') return createNumberProvider('vapi', atVapi);
    const { accountSid, authToken, url: baseUrl } = twilio;
    const atTwilio = { accountSid, authToken, baseUrl, timeoutMs: HASTY_MS };
    return createNumberProvider('twilio', { twilio: atTwilio, vapi: atVapi });
  }

  /** Empty shelves are filled and nobody has bought anything. */
  reopen({ sellsAs }: { sellsAs: 'active' | 'activating' }): void {
    this.twilio.owned.clear();
    this.vapi.numbers.clear();
    this.sold.length = 0;
    this.bornAt.clear();
    this.list(false);
    this.vapi.sellsAs = sellsAs;
    this.offers = [this.newDigits(), this.newDigits()];
    this.stock();
  }

  /** What was sent has been done by then, for time passes only afterwards. */
  async pass(seconds: number): Promise<void> {
    await Promise.all([this.twilio.quiet(), this.vapi.quiet()]);
    this.clockSeconds += seconds;
    this.list(this.listsLag);
  }

  /** From now on all goes well; lists may go on lagging. */
  heal(): void {
    this.twilio.heal();
    this.vapi.heal();
    if (this.kind === 'vapi') this.vapiDecides('active');
  }

  /** Side and tag of everything that lies at the providers. */
  held(): string[] {
    const twilio = [...this.twilio.owned.values()].map(({ friendly_name }) => `twilio ${friendly_name}`);
    const vapi = [...this.vapi.numbers.values()].map(({ name }) => `vapi ${name}`);
    return [...twilio, ...vapi].sort();
  }

  /** Where an active number must lie. */
  sidesOf(id: string): string[] {
    const tag = `hf_${id.replaceAll('-', '')}`;
    return this.kind === 'twilio' ? [`twilio ${tag}`, `vapi ${tag}`] : [`vapi ${tag}`];
  }

  private newDigits(): string {
    return `+1415${++this.serial}`;
  }

  private stock(): void {
    const owned = [...this.twilio.owned.values()].map(({ phone_number }) => phone_number);
    this.twilio.stock = this.offers
      .filter((phoneNumber) => !owned.includes(phoneNumber))
      .map((phoneNumber) => ({ phoneNumber, country: 'US', type: 'Local' }));
  }

  private vapiDecides(status: 'active' | 'blocked'): void {
    for (const { id, status: now, number } of [...this.vapi.numbers.values()]) {
      if (now === 'blocked' || (now === 'active' && status === 'active')) continue;
      this.vapi.settle(id, status, status === 'active' ? (number ?? this.newDigits()) : undefined);
    }
  }

  private remember<Name extends 'own' | 'put', Fake extends Record<Name, (...given: never[]) => unknown>>(
    fake: Fake,
    name: Name,
    tell: (made: ReturnType<Fake[Name]>) => unknown,
  ): void {
    const make = fake[name].bind(fake) as (...given: unknown[]) => ReturnType<Fake[Name]>;
    const telling = (...given: unknown[]) => {
      const made = make(...given);
      tell(made);
      return made;
    };
    Object.assign(fake, { [name]: telling });
  }

  private isSold(id: string, tag: string): void {
    this.sold.push(tag);
    this.isBorn(id);
  }

  private isBorn(id: string): void {
    this.bornAt.set(id, this.clockSeconds);
    this.list(this.listsLag);
  }

  private list(lag: boolean): void {
    this.listsLag = lag;
    for (const { unlisted } of [this.twilio, this.vapi]) {
      unlisted.clear();
      for (const [id, bornAt] of this.bornAt)
        if (lag && this.clockSeconds - bornAt < LIST_LAG_SECONDS) unlisted.add(id);
    }
  }
}

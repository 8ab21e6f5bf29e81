import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * What goes wrong with a request: it is carried out first (`after`), or not at all (`before`), or only when the client
 * has long given up (`late`), and meanwhile …
 */
export type Mishap = { effect: 'before' | 'after' | 'late' } & (
  | { then: 'hang' } //    … never answered
  | { then: 'cut' } //     … connection closed without an answer
  | { then: 'trickle' } // … headers at once, then a byte of body now and then, for ever
  | { then: 'answer'; answer: Answer }
);

/** Longer than the time-out of any client in a test that plans such a mishap. */
const LATE_MS = 600;

/** A provider's server on a free local port that remembers what it was asked and fails on demand. */
export abstract class ScriptedServer {
  readonly requests: SeenRequest[] = [];
  private mishaps: { method: string; path: RegExp; mishap: Mishap; times: number }[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly late = new Set<Promise<unknown>>();
  private server: Server | undefined;

  async start(): Promise<this> {
    this.server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  /** The next `times` requests of this kind go wrong. */
  fail(method: string, path: RegExp, mishap: Mishap, times = 1): void {
    this.mishaps.push({ method, path, mishap, times });
  }

  /** The next `times` requests of this kind are answered so, without effect. */
  refuse(method: string, path: RegExp, answer: Answer, times = 1): void {
    this.fail(method, path, { effect: 'before', then: 'answer', answer }, times);
  }

  /** From now on nothing that was planned goes wrong any more. */
  heal(): void {
    this.mishaps = [];
  }

  /** Resolves when everything that is late has been carried out. */
  async quiet(): Promise<void> {
    await Promise.all(this.late);
  }

  seen(method: string, path: RegExp): SeenRequest[] {
    return this.requests.filter((each) => each.method === method && path.test(each.path));
  }

  protected abstract answer(request: SeenRequest): Answer;

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://local');
    const request: SeenRequest = {
      method: incoming.method ?? '',
      path: pathname,
      query: searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    this.requests.push(request);
    const mishap = this.takeMishap(request);
    if (mishap?.effect === 'late') this.carryOutLate(request);
    const answer = mishap && mishap.effect !== 'after' ? undefined : this.answer(request);
    if (!mishap) return send(response, answer ?? { status: 500 });
    if (mishap.then === 'answer') return send(response, mishap.answer);
    if (mishap.then === 'cut') return void incoming.socket.destroy();
    if (mishap.then === 'trickle') this.trickle(response);
  }

  private carryOutLate(request: SeenRequest): void {
    const done = sleep(LATE_MS).then(() => this.answer(request));
    this.late.add(done);
    void done.finally(() => this.late.delete(done));
  }

  private takeMishap({ method, path }: SeenRequest): Mishap | undefined {
    const planned = this.mishaps.find((each) => each.times > 0 && each.method === method && each.path.test(path));
    if (planned) planned.times--;
    return planned?.mishap;
  }

  private trickle(response: ServerResponse): void {
    response.writeHead(201, { 'content-type': 'application/json' });
    this.timers.add(setInterval(() => response.write(' '), 20));
  }
}

/** Origin of a port at which nobody listens any more, so that connections are refused. */
export async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
}

export interface TwilioStock {
  phoneNumber: string;
  country: string;
  type: 'Local' | 'TollFree' | 'Mobile';
}

interface Owned {
  sid: string;
  phone_number: string;
  friendly_name: string;
  bundle_sid: string | null;
  date_created: string;
}

/** Twilio's numbers API (2010-04-01): search, buy, list, release, account. Error bodies as Twilio's documentation. */
export class FakeTwilio extends ScriptedServer {
  readonly accountSid = `AC${'1'.repeat(32)}`;
  readonly authToken = 'twilio-token';
  accountStatus = 'active';
  stock: TwilioStock[] = [];
  readonly owned = new Map<string, Owned>();
  /** Ids that a list leaves out: those of numbers that it does not show yet. */
  readonly unlisted = new Set<string>();
  private serial = 0;

  protected answer(request: SeenRequest): Answer {
    const credentials = Buffer.from(`${this.accountSid}:${this.authToken}`).toString('base64');
    if (request.headers.authorization !== `Basic ${credentials}`) return twilioError(401, 20003, 'Authenticate');
    const account = `/2010-04-01/Accounts/${this.accountSid}`;
    if (!request.path.startsWith(account)) return twilioError(404, 20404, 'The requested resource was not found');
    const [, collection = '', country = '', type = ''] = request.path.slice(account.length).split(/[/.]/);
    if (collection === 'json') return { status: 200, body: { sid: this.accountSid, status: this.accountStatus } };
    if (collection === 'AvailablePhoneNumbers') return this.search(country, type, request.query);
    if (request.method === 'POST') return this.buy(new URLSearchParams(request.body));
    if (request.method === 'DELETE') return this.release(country);
    return this.list(request);
  }

  private search(country: string, type: string, query: URLSearchParams): Answer {
    const found = this.stock.filter(({ phoneNumber, ...each }) => {
      if (each.country !== country || each.type !== type) return false;
      const areaCode = query.get('AreaCode');
      if (areaCode && !phoneNumber.startsWith(`+1${areaCode}`)) return false;
      return phoneNumber.includes(query.get('Contains') ?? '');
    });
    const available = found.map(({ phoneNumber }) => ({
      phone_number: phoneNumber,
      friendly_name: phoneNumber,
      locality: 'Springfield',
      iso_country: country,
      capabilities: { voice: true, SMS: true, MMS: false },
    }));
    return { status: 200, body: { uri: '', available_phone_numbers: available } };
  }

  private buy(form: URLSearchParams): Answer {
    const phoneNumber = form.get('PhoneNumber') ?? '';
    const offer = this.stock.find((each) => each.phoneNumber === phoneNumber);
    if (phoneNumber === '+15005550001') return twilioError(400, 21421, `${phoneNumber} is not a valid number`);
    if (!offer) return twilioError(400, 21422, `${phoneNumber} is not available`);
    if (offer.country !== 'US' && !form.get('BundleSid')) return twilioError(400, 21649, 'Bundle required');
    this.stock = this.stock.filter((each) => each !== offer);
    return { status: 201, body: this.own(phoneNumber, form.get('FriendlyName') ?? '', form.get('BundleSid')) };
  }

  own(phoneNumber: string, name: string, bundleSid: string | null = null): Owned {
    this.serial++;
    const owned: Owned = {
      sid: `PN${String(this.serial).padStart(32, '0')}`,
      phone_number: phoneNumber,
      friendly_name: name,
      bundle_sid: bundleSid,
      date_created: new Date(1_700_000_000_000 + this.serial * 1000).toUTCString(),
    };
    this.owned.set(owned.sid, owned);
    return owned;
  }

  private list({ path, query }: SeenRequest): Answer {
    const name = query.get('FriendlyName');
    const size = Number(query.get('PageSize') ?? 50);
    const page = Number(query.get('Page') ?? 0);
    const listed = [...this.owned.values()].filter(({ sid }) => !this.unlisted.has(sid));
    const matching = listed.filter((each) => name === null || each.friendly_name === name);
    const last = (page + 1) * size >= matching.length;
    const next = last ? null : `${path}?PageSize=${size}&Page=${page + 1}`;
    const incoming = matching.slice(page * size, (page + 1) * size);
    return { status: 200, body: { page, page_size: size, next_page_uri: next, incoming_phone_numbers: incoming } };
  }

  private release(sid: string): Answer {
    return this.owned.delete(sid) ? { status: 204 } : twilioError(404, 20404, `${sid} was not found`);
  }
}

export function twilioError(status: number, code: number, message: string): Answer {
  return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

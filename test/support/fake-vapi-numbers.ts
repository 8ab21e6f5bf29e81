import { randomUUID } from 'node:crypto';
import { type Answer, ScriptedServer, type SeenRequest } from './fake-twilio';

interface Stored {
  id: string;
  orgId: string;
  provider: string;
  name?: string;
  number?: string;
  status: string;
  createdAt: string;
  updatedAt: string;
}

interface NumberRequest {
  provider: string;
  name?: string;
  number?: string;
  numberDesiredAreaCode?: string;
  twilioAccountSid?: string;
}

/** Vapi's `/phone-number` and `/v2/phone-number`, as its OpenAPI document and observed error messages have them. */
export class FakeVapiNumbers extends ScriptedServer {
  readonly apiKey = 'vapi-key';
  readonly numbers = new Map<string, Stored>();
  /** Status of a number that Vapi has just sold. */
  sellsAs: 'active' | 'activating' = 'activating';
  /** Area codes without stock. */
  readonly soldOut = new Set(['212']);
  /** One public report says that reads mask the digits: `+165****8621`. */
  masksDigits = false;
  /** Ids that a list leaves out: those of numbers that it does not show yet. */
  readonly unlisted = new Set<string>();
  private serial = 0;

  protected answer(request: SeenRequest): Answer {
    if (request.headers.authorization !== `Bearer ${this.apiKey}`) return vapiError(401, 'Invalid Key.');
    const [, id] = /^\/phone-number\/([^/]+)$/.exec(request.path) ?? [];
    if (request.path === '/phone-number' && request.method === 'POST')
      return this.create(JSON.parse(request.body) as NumberRequest);
    if (request.path === '/v2/phone-number' && request.method === 'GET') return this.list(request.query);
    const number = this.numbers.get(id ?? '');
    if (!number) return vapiError(404, `Phone number ${id} not found`);
    if (request.method === 'DELETE') this.numbers.delete(number.id);
    return { status: 200, body: this.shown(number) };
  }

  private create(body: NumberRequest): Answer {
    if ((body.name ?? '').length > 40) return vapiError(400, ['name must be shorter than or equal to 40']);
    const areaCode = body.numberDesiredAreaCode;
    if (body.provider === 'twilio') {
      if (!body.number || !body.twilioAccountSid) return vapiError(400, ['number must be E.164']);
      const imported = [...this.numbers.values()].find(({ number }) => number === body.number);
      if (imported) return vapiError(400, wordsOfExisting(imported.id, body));
      return { status: 201, body: this.put({ ...body, status: 'active' }) };
    }
    if (areaCode !== undefined && !/^\d{3}$/.test(areaCode)) return vapiError(400, 'bad area code');
    if (this.soldOut.has(areaCode ?? '')) {
      return vapiError(400, 'This area code is currently not available. Hint: Try one of 701, 279, 406.');
    }
    const digits = `+1${areaCode ?? '415'}5550${String(this.serial + 100).padStart(3, '0')}`;
    const sold = this.put({ ...body, status: this.sellsAs, ...(this.sellsAs === 'active' ? { number: digits } : {}) });
    return { status: 201, body: sold };
  }

  put(fields: Partial<Stored>): Stored {
    const at = new Date(1_700_000_000_000 + this.serial++ * 1000).toISOString();
    const stored = { orgId: 'org', provider: 'vapi', status: 'active', ...fields, id: randomUUID() };
    const number: Stored = { ...stored, createdAt: at, updatedAt: at };
    this.numbers.set(number.id, number);
    return number;
  }

  /** What Vapi does on its own, minutes after the sale. */
  settle(id: string, status: 'active' | 'blocked', number?: string): void {
    const stored = this.numbers.get(id);
    if (stored) this.numbers.set(id, { ...stored, status, ...(number ? { number } : {}) });
  }

  private list(query: URLSearchParams): Answer {
    const search = (query.get('search') ?? '').toLowerCase();
    const limit = Number(query.get('limit') ?? 100);
    const page = Number(query.get('page') ?? 1);
    const listed = [...this.numbers.values()].filter(({ id }) => !this.unlisted.has(id));
    const matching = listed.filter(({ name, number }) =>
      [name, number].some((each) => each?.toLowerCase().includes(search)),
    );
    const results = matching.slice((page - 1) * limit, page * limit).map((each) => this.shown(each));
    const hasNextPage = page * limit < matching.length;
    const metadata = { itemsPerPage: limit, totalItems: matching.length, currentPage: page, hasNextPage };
    return { status: 200, body: { results, metadata } };
  }

  private shown(number: Stored): Stored {
    if (!this.masksDigits || !number.number) return number;
    return { ...number, number: `${number.number.slice(0, 4)}****${number.number.slice(-4)}` };
  }
}

/** As several of its customers have quoted it. */
function wordsOfExisting(id: string, { twilioAccountSid, number }: NumberRequest): string {
  return `Existing Phone Number ${id} Has Identical \`twilioAccountSid\` ${twilioAccountSid} and \`number\` ${number}.`;
}

export function vapiError(status: number, message: string | string[]): Answer {
  return { status, body: { message, error: status === 400 ? 'Bad Request' : 'Error', statusCode: status } };
}

import { createHmac } from 'node:crypto';
import type { Player } from './cast';
import type { Delivery } from './deliveries';
import { HMAC_SECRET, OPERATOR_KEY } from './temporary-engine';
import type { Credited, Reservation, Transaction, Wallet } from './engine-answers';

const REQUEST_TIMEOUT_MS = 30_000;
/** The largest page: the story has far fewer rows per wallet. */
const PAGE = 200;

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  /** The engine says that it has seen this key before. */
  readonly replayed: boolean;
}

/** The engine as its clients see it: over HTTP, as operator and as Vapi. */
export class EngineClient {
  constructor(private readonly url: string) {}

  get<Body>(path: string, player?: Player): Promise<Body> {
    return this.mustSucceed(this.send<Body>('GET', path, { player }));
  }

  /** For answers that may be refusals. */
  post<Body>(path: string, body: object, options: { player?: Player; key?: string } = {}): Promise<Answer<Body>> {
    return this.send<Body>('POST', path, { ...options, body });
  }

  /** For what the story stands on. */
  put<Body>(path: string, body: object): Promise<Body> {
    return this.mustSucceed(this.send<Body>('PUT', path, { body }));
  }

  async topUp({ orgId }: Player, amountPence: number, key: string): Promise<Credited> {
    const body = { type: 'topup', amountPence, description: key };
    return this.mustSucceed(this.post<Credited>(`/api/admin/organizations/${orgId}/credits`, body, { key }));
  }

  wallet(player: Player): Promise<Wallet> {
    return this.get<Wallet>('/api/billing/wallet', player);
  }

  reservation(callId: string, player: Player): Promise<Reservation> {
    return this.get<Reservation>(`/api/billing/reservations/${callId}`, player);
  }

  /** Oldest first, holds too. */
  async history(player: Player): Promise<Transaction[]> {
    const path = `/api/billing/wallet/transactions?includeHolds=true&limit=${PAGE}`;
    return (await this.get<{ data: Transaction[] }>(path, player)).data.reverse();
  }

  /** With the headers it was recorded with; a signed one is signed anew, since signatures are good for minutes. */
  async deliver<Body>({ headers, body }: Delivery, now: Date): Promise<Body> {
    const text = JSON.stringify(body);
    const isSigned = 'x-signature' in headers;
    return this.mustSucceed(
      this.fetch<Body>('POST', '/api/vapi/webhook', text, isSigned ? { ...headers, ...signed(text, now) } : headers),
    );
  }

  private send<Body>(
    method: string,
    path: string,
    { player, key, body }: { player?: Player; key?: string; body?: object },
  ): Promise<Answer<Body>> {
    return this.fetch<Body>(method, path, body && JSON.stringify(body), {
      authorization: `Bearer ${OPERATOR_KEY}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(player && { 'x-org-id': player.orgId }),
      ...(key && { 'idempotency-key': key }),
    });
  }

  private async fetch<Body>(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Answer<Body>> {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const response = await fetch(`${this.url}${path}`, { method, headers, body, signal });
    const replayed = response.headers.get('idempotent-replayed') === 'true';
    return { status: response.status, body: (await response.json()) as Body, replayed };
  }

  private async mustSucceed<Body>(answered: Promise<Answer<Body>>): Promise<Body> {
    const { status, body } = await answered;
    if (status >= 200 && status < 300) return body;
    throw new Error(`the engine answered ${status}: ${String((body as { detail?: unknown }).detail)}`);
  }
}

function signed(text: string, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signature = createHmac('sha256', HMAC_SECRET).update(`${timestamp}.${text}`).digest('hex');
  return { 'x-timestamp': timestamp, 'x-signature': signature };
}

import type { SharingPolicy } from './call-plan';
import type { RateCard } from './price-oracle';

export interface WalletView {
  balancePence: number;
  heldPence: number;
  arrearsPence: number;
}

export interface Deduction {
  callId: string | null;
  vapiCallId: string | null;
  amountPence: number;
}

export interface Reconciliation {
  ok: boolean;
  asOf: string;
  checks: { name: string; ok: boolean; violations?: unknown }[];
}

export interface NewOrganisation {
  id: string;
  name: string;
  rateCard: RateCard;
  sharing: SharingPolicy;
  estimatedMinutes: number;
}

export interface ReservedCall {
  /** What the hold pays. */
  grantedSeconds: number;
  /** What the hold and everything else the wallet could still spend would pay. */
  payableSeconds: number;
}

export class EngineRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

/** Requests of a person at a desk: repeated while the engine is away, which ids and idempotency keys make safe. */
const ATTEMPTS = 5;
const PAUSE_MS = 500;
const TIMEOUT_MS = 20_000;
const PAGE = 200;

/** The engine as an operator sees it: only what its HTTP contract promises. */
export class EngineApi {
  /** Answers of 500 and above, over all requests. */
  serverErrors = 0;

  constructor(
    readonly url: string,
    private readonly adminKey: string,
  ) {}

  async createOrganisation(organisation: NewOrganisation): Promise<void> {
    await this.call('POST', '/api/admin/organizations', { body: organisation });
  }

  async topUp(orgId: string, amountPence: number, key: string): Promise<void> {
    const body = { type: 'topup', amountPence, description: 'simulation' };
    await this.call('POST', `/api/admin/organizations/${orgId}/credits`, { body, key });
  }

  async registerNumber(orgId: string, numberId: string, phoneNumber: string, assistantId: string): Promise<void> {
    const body = { phoneNumber, assistantId };
    await this.call('PUT', `/api/admin/organizations/${orgId}/phone-numbers/${numberId}`, { body });
  }

  /** A repeat under the same call id finds the same hold, so this may be retried. */
  reserve(orgId: string, callId: string): Promise<ReservedCall> {
    return this.call('POST', '/api/billing/reserve-credits', { orgId, body: { callId } });
  }

  async release(orgId: string, callId: string, reason: string): Promise<void> {
    await this.call('POST', '/api/billing/release-credits', { orgId, body: { callId, reason } });
  }

  wallet(orgId: string): Promise<WalletView> {
    return this.call('GET', '/api/billing/wallet', { orgId });
  }

  async callDeductions(orgId: string): Promise<Deduction[]> {
    const all: Deduction[] = [];
    let cursor: string | null | undefined;
    do {
      const query = new URLSearchParams({ type: 'call_deduction', limit: String(PAGE), ...(cursor && { cursor }) });
      const page: { data: Deduction[]; nextCursor?: string | null } = await this.call(
        'GET',
        `/api/billing/wallet/transactions?${query}`,
        { orgId },
      );
      all.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor);
    return all;
  }

  /** When the engine says that the last change of this wallet happened. */
  async lastChangeAt(orgId: string): Promise<string | undefined> {
    const path = '/api/billing/wallet/transactions?limit=1';
    const { data } = await this.call<{ data: { createdAt: string }[] }>('GET', path, { orgId });
    return data[0]?.createdAt;
  }

  /** What of this call the wallet could not pay; undefined when the engine has no reservation for it. */
  async uncollectedPence(orgId: string, callId: string): Promise<number | undefined> {
    try {
      const path = `/api/billing/reservations/${encodeURIComponent(callId)}`;
      return (await this.call<{ uncollectedPence: number }>('GET', path, { orgId })).uncollectedPence;
    } catch (error) {
      if (error instanceof EngineRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  async liveCallIds(): Promise<string[]> {
    type Rows = { callId: string }[];
    const answer: Rows | { data: Rows } = await this.call('GET', '/api/admin/calls?state=live');
    return (Array.isArray(answer) ? answer : answer.data).map(({ callId }) => callId);
  }

  async cleanUp(): Promise<void> {
    await this.call('POST', '/api/admin/reservations/cleanup');
  }

  reconciliation(): Promise<Reconciliation> {
    return this.call('GET', '/api/admin/reconciliation');
  }

  async isReady(): Promise<boolean> {
    const answer = await fetch(new URL('/health/ready', this.url), { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
      () => undefined,
    );
    await answer?.arrayBuffer();
    return answer?.ok ?? false;
  }

  private async call<T>(
    method: string,
    path: string,
    { body, orgId, key }: { body?: unknown; orgId?: string; key?: string } = {},
  ): Promise<T> {
    const headers = {
      authorization: `Bearer ${this.adminKey}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(orgId && { 'x-org-id': orgId }),
      ...(key && { 'idempotency-key': key }),
    };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch(new URL(path, this.url), {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: Error) => error);
      const away = answer instanceof Error || answer.status === 503;
      if (!(answer instanceof Error)) {
        if (answer.status >= 500) this.serverErrors += 1;
        const text = await answer.text();
        if (answer.ok) return (text ? JSON.parse(text) : undefined) as T;
        if (!away || attempt === ATTEMPTS) throw refusalOf(method, path, answer.status, text);
      } else if (attempt === ATTEMPTS) {
        throw new Error(`${method} ${path}: ${answer.cause instanceof Error ? answer.cause.message : answer.message}`);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    }
  }
}

function refusalOf(method: string, path: string, status: number, text: string): EngineRefusal {
  let code: string | undefined;
  try {
    code = (JSON.parse(text) as { code?: string }).code;
  } catch {
    // not a problem document: the status says enough
  }
  return new EngineRefusal(status, code, `${method} ${path}: ${status} ${text.slice(0, 300)}`);
}

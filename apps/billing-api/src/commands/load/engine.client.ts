import { randomUUID } from 'node:crypto';
import type { LoadTarget } from './load-target';

/** A request that takes longer has failed: the engine answers within seconds even when it is overloaded. */
const REQUEST_TIMEOUT_MS = 30_000;
/** The reconciliation reads the whole journal. */
const RECONCILIATION_TIMEOUT_MS = 600_000;

export interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

export interface Wallet {
  readonly balancePence: number;
  readonly heldPence: number;
  readonly activeReservations: number;
}

/** The engine as its clients see it: over HTTP, with the operator key. */
export class EngineClient {
  constructor(private readonly target: LoadTarget) {}

  /** An organisation of this run, on the rate card that the expectations are made for: 56p for each started minute. */
  async openWallet(name: string, balancePence: number): Promise<string> {
    const orgId = randomUUID();
    const rateCard = { pencePerMinute: 56, incrementSeconds: 60, minimumSeconds: 0, connectionFeePence: 0 };
    const topUp = { type: 'topup', amountPence: balancePence, description: 'load test' };
    const credits = `/api/admin/organizations/${orgId}/credits`;
    mustSucceed(await this.post('/api/admin/organizations', { id: orgId, name: `load test: ${name}`, rateCard }));
    mustSucceed(await this.post(credits, topUp, { 'idempotency-key': randomUUID() }));
    return orgId;
  }

  buy(orgId: string, costPence: number): Promise<Answer> {
    const headers = { 'x-org-id': orgId, 'idempotency-key': randomUUID() };
    return this.post(
      '/api/billing/deduct-asset',
      { assetType: 'phone_number', costPence, description: 'load test' },
      headers,
    );
  }

  reserve(orgId: string, callId: string): Promise<Answer> {
    return this.post('/api/billing/reserve-credits', { callId, estimatedMinutes: 5 }, { 'x-org-id': orgId });
  }

  release(orgId: string, callId: string): Promise<Answer> {
    return this.post('/api/billing/release-credits', { callId, reason: 'load test' }, { 'x-org-id': orgId });
  }

  async wallet(orgId: string): Promise<Wallet> {
    const answer = mustSucceed(await this.send('GET', '/api/billing/wallet', undefined, { 'x-org-id': orgId }));
    return answer.body as unknown as Wallet;
  }

  async failedInvariants(): Promise<string[]> {
    const answer = await this.send('GET', '/api/admin/reconciliation', undefined, {}, RECONCILIATION_TIMEOUT_MS);
    const { checks } = mustSucceed(answer).body as { checks: { name: string; ok: boolean }[] };
    return checks.filter(({ ok }) => !ok).map(({ name }) => name);
  }

  private post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, body, headers);
  }

  private async send(
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<Answer> {
    const started = performance.now();
    const ms = (): number => performance.now() - started;
    try {
      const response = await fetch(`${this.target.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.target.key}`,
          ...(body && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer = (await response.json()) as Answer['body'];
      return { status: response.status, body: answer, ms: ms() };
    } catch (fault) {
      const { cause, message } = fault as Error;
      return { status: 0, body: { detail: cause instanceof Error ? cause.message : message }, ms: ms() };
    }
  }
}

/** What a scenario stands on: without it there is nothing to measure. */
function mustSucceed(answer: Answer): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(
    `The engine does not serve this test (${answer.status || 'no answer'}): ${String(answer.body.detail)}`,
  );
}

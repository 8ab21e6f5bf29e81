import { randomUUID } from 'node:crypto';
import type { TestEngine } from '../../support/engine';
import { post, type Answer } from './deliver';

/** Where an engine is and its operator key: enough to steer one in another process, too. */
export type EngineAddress = Pick<TestEngine, 'url' | 'adminKey'>;

export interface TenantTerms {
  readonly id?: string;
  readonly balancePence?: number;
  readonly sharing?: 'protect' | 'strict';
  readonly estimatedMinutes?: number;
  readonly prepaidBilling?: boolean;
  readonly debtLimitPence?: number;
  readonly rateCard?: Readonly<Record<string, number>>;
}

export interface Wallet {
  readonly balancePence: number;
  readonly heldPence: number;
  readonly effectiveBalancePence: number;
  readonly arrearsPence: number;
  readonly activeReservations: number;
}

export interface StoryEvent {
  readonly at: string;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

export interface Story {
  readonly orgId: string;
  readonly state: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly reservation: { readonly status: string; readonly [field: string]: unknown } | null;
  readonly events: readonly StoryEvent[];
  readonly transactions: readonly { readonly type: string; readonly amountPence: number; readonly createdBy: string }[];
}

export interface DeliverySummary {
  readonly id: string;
  readonly type: string;
  readonly callId: string | null;
  readonly orgId: string | null;
  readonly status: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
  readonly retryAt: string | null;
}

/** Does what an operator does, over HTTP. Throws on anything but success. */
export class Operator {
  constructor(private readonly engine: EngineAddress) {}

  /** An organisation on 56p a minute unless told otherwise, and with money if asked for. */
  async openTenant({ balancePence = 0, id = randomUUID(), ...terms }: TenantTerms = {}): Promise<string> {
    await this.ask('POST', 'api/admin/organizations', { id, name: 'A tenant', ...terms });
    if (balancePence > 0) await this.topUp(id, balancePence);
    return id;
  }

  async topUp(orgId: string, amountPence: number): Promise<void> {
    await this.ask('POST', `api/admin/organizations/${orgId}/credits`, { type: 'topup', amountPence });
  }

  async keyOf(orgId: string): Promise<string> {
    return (await this.ask<{ key: string }>('POST', `api/admin/organizations/${orgId}/api-keys`, { name: 'test' })).key;
  }

  async registerNumber(
    orgId: string,
    vapiPhoneNumberId: string,
    assistantId: string,
    phoneNumber?: string,
  ): Promise<void> {
    const path = `api/admin/organizations/${orgId}/phone-numbers/${vapiPhoneNumberId}`;
    await this.ask('PUT', path, { assistantId, phoneNumber });
  }

  async releaseNumber(orgId: string, phoneNumber: string): Promise<void> {
    await this.ask('DELETE', `api/managed-telephony/numbers/${encodeURIComponent(phoneNumber)}`, undefined, orgId);
  }

  async reserve(orgId: string, callId: string, estimatedMinutes?: number, vapiCallId?: string): Promise<void> {
    await this.ask('POST', 'api/billing/reserve-credits', { callId, vapiCallId, estimatedMinutes }, orgId);
  }

  async commit(orgId: string, callId: string, actualDurationSeconds: number): Promise<void> {
    await this.ask('POST', 'api/billing/commit-credits', { callId, actualDurationSeconds }, orgId);
  }

  async release(orgId: string, callId: string): Promise<void> {
    await this.ask('POST', 'api/billing/release-credits', { callId }, orgId);
  }

  /** As a client of this organisation does; resolves with whatever is answered. */
  bill(orgId: string, path: string, body: object): Promise<Answer> {
    return post(`${this.engine.url}/api/billing/${path}`, JSON.stringify(body), {
      'content-type': 'application/json',
      authorization: `Bearer ${this.engine.adminKey}`,
      'x-org-id': orgId,
    });
  }

  wallet(orgId: string): Promise<Wallet> {
    return this.ask('GET', 'api/billing/wallet', undefined, orgId);
  }

  story(callId: string): Promise<Story> {
    return this.ask('GET', `api/billing/calls/${encodeURIComponent(callId)}`);
  }

  async deliveries(query: Readonly<Record<string, string>>): Promise<DeliverySummary[]> {
    const page = new URLSearchParams({ limit: '200', ...query }).toString();
    return (await this.ask<{ data: DeliverySummary[] }>('GET', `api/admin/webhook-deliveries?${page}`)).data;
  }

  /** As a whole, with its payload. */
  delivery(deliveryId: string): Promise<DeliverySummary & { readonly payload: unknown }> {
    return this.ask('GET', `api/admin/webhook-deliveries/${deliveryId}`);
  }

  replay(deliveryId: string): Promise<DeliverySummary> {
    return this.ask('POST', `api/admin/webhook-deliveries/${deliveryId}/replay`);
  }

  /** Runs the expiry now. */
  sweep(): Promise<{ expired: number; renewed: number; committed: number; kept: number }> {
    return this.ask('POST', 'api/admin/reservations/cleanup');
  }

  /** Names of the invariants that do not hold. */
  async violations(): Promise<string[]> {
    const { checks } = await this.ask<{ checks: { name: string; ok: boolean }[] }>('GET', 'api/admin/reconciliation');
    return checks.filter(({ ok }) => !ok).map(({ name }) => name);
  }

  private async ask<Body>(method: string, path: string, body?: object, orgId?: string): Promise<Body> {
    const answer = await fetch(`${this.engine.url}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.engine.adminKey}`,
        ...(body && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
        ...(orgId && { 'x-org-id': orgId }),
      },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} /${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Body;
  }
}

import { randomUUID } from 'node:crypto';
import type { TestEngine } from './engine';

export interface Tenant {
  readonly orgId: string;
  /** Its API key. */
  readonly key: string;
}

export interface TenantTerms {
  readonly balancePence?: number;
  readonly debtLimitPence?: number;
  readonly prepaidBilling?: boolean;
  readonly rateCard?: Readonly<Record<string, number>>;
}

/** An organisation with a key, on 56p a minute unless told otherwise, and with money if asked for. */
export async function makeTenant(
  engine: TestEngine,
  { balancePence = 0, ...terms }: TenantTerms = {},
): Promise<Tenant> {
  const orgId = randomUUID();
  await send(engine, 'api/admin/organizations', { id: orgId, name: 'Test tenant', ...terms });
  if (balancePence > 0) await topUp(engine, orgId, balancePence);
  const { key } = (await send(engine, `api/admin/organizations/${orgId}/api-keys`, { name: 'test' })) as {
    key: string;
  };
  return { orgId, key };
}

export async function topUp(engine: TestEngine, orgId: string, amountPence: number): Promise<void> {
  await send(engine, `api/admin/organizations/${orgId}/credits`, { type: 'topup', amountPence });
}

async function send(engine: TestEngine, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${engine.url}/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${engine.adminKey}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST /${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

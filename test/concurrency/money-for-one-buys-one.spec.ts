import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { expectSoundBook, journalOf, query, walletOf } from '../support/money';
import { makeTenant, type Tenant } from '../support/tenant';

/** Two engines on one database, and clients who do not know which one they reach. */
let engines: TestEngine[];
let turn = 0;

beforeAll(async () => {
  const first = await startTestEngine();
  engines = [first, await startTestEngine({ databaseUrl: first.database.url })];
});

afterAll(async () => {
  await expectSoundBook(databaseUrl());
  for (const engine of [...engines].reverse()) await engine.stop();
});

const databaseUrl = (): string => engines[0]!.settings.databaseUrl;
const tenantWith = (balancePence: number): Promise<Tenant> => makeTenant(engines[0]!, { balancePence });
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function post(tenant: Tenant, route: string, body: object): Promise<Answer> {
  const { url } = engines[turn++ % engines.length]!;
  const headers = {
    authorization: `Bearer ${tenant.key}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  };
  const answer = await fetch(`${url}/api/billing/${route}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

function statuses(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('over HTTP and two replicas', () => {
  it('100 purchases at once on money for one buy exactly one', async () => {
    const tenant = await tenantWith(1_000);
    const answers = await Promise.all(
      times(100, () => post(tenant, 'deduct-asset', { assetType: 'did', costPence: 1_000 })),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 402: 99 });
    const refused = answers.filter(({ status }) => status === 402);
    for (const { body } of refused) expect(body).toMatchObject({ code: 'insufficient_balance', shortfallPence: 1_000 });
    expect(await walletOf(databaseUrl(), tenant.orgId)).toMatchObject({ balance: 0 });
    expect(await journalOf(databaseUrl(), tenant.orgId)).toEqual({ did: 1, topup: 1 });
  });

  it('50 reservations at once of one call are one hold and 49 duplicates of it', async () => {
    const tenant = await tenantWith(100_000);
    const answers = await Promise.all(times(50, () => post(tenant, 'reserve-credits', { callId: 'one-call' })));
    expect(statuses(answers)).toEqual({ 201: 1, 200: 49 });
    expect(answers.filter(({ body }) => body.duplicate === true)).toHaveLength(49);
    expect(new Set(answers.map(({ body }) => body.reservationId)).size).toBe(1);
    expect(await walletOf(databaseUrl(), tenant.orgId)).toEqual({ balance: 100_000, held: 280, arrears: 0, active: 1 });
  });

  it('50 calls at once on money for ten full holds hold all of it and never more', async () => {
    const tenant = await tenantWith(2_800);
    const answers = await Promise.all(
      times(50, (i) => post(tenant, 'reserve-credits', { callId: `${tenant.orgId}-${i}` })),
    );
    expect(statuses(answers)).toEqual({ 201: 10, 402: 40 });
    expect(await walletOf(databaseUrl(), tenant.orgId)).toEqual({
      balance: 2_800,
      held: 2_800,
      arrears: 0,
      active: 10,
    });
  });

  it('purchases that race reservations never spend a penny twice', async () => {
    const tenant = await tenantWith(5_000);
    const answers = await Promise.all(
      times(120, (i) => {
        if (i % 3 === 0) return post(tenant, 'deduct-asset', { assetType: 'license', costPence: 190 });
        return post(tenant, 'reserve-credits', { callId: `${tenant.orgId}-${i}`, estimatedMinutes: 1 + (i % 4) });
      }),
    );
    expect(Object.keys(statuses(answers)).sort()).toEqual(['201', '402']);
    const bought = answers.filter(({ status, body }) => status === 201 && body.costPence === 190).length;
    const held = answers.reduce((sum, { body }) => sum + Number(body.reservedPence ?? 0), 0);
    const wallet = await walletOf(databaseUrl(), tenant.orgId);
    expect(wallet).toMatchObject({ balance: 5_000 - bought * 190, held });
    expect(wallet.balance - wallet.held).toBeGreaterThanOrEqual(0);
    expect(wallet.balance - wallet.held).toBeLessThan(56); // nothing that fits was refused either
    const lowest = `select min(balance_after_pence - held_after_pence)::int as pence from credit_transactions where org_id = $1`;
    expect(await query(databaseUrl(), lowest, [tenant.orgId])).toEqual([{ pence: wallet.balance - wallet.held }]);
  });
});

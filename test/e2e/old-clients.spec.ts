import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { Client } from 'pg';
import { startTestEngine, type TestEngine } from '../support/engine';
import { makeTenant, topUp, type Tenant } from '../support/tenant';

type Result = Record<string, unknown>;

/** The real client of the old engine's customers, pointed at Holdfast. */
function clientWith(url: string, key: string): SupabaseClient {
  // Node 20 has no WebSocket of its own, and the client insists on one that .rpc() never opens.
  return createClient(url, key, { realtime: { transport: Object as never }, auth: { persistSession: false } });
}

describe('supabase-js clients of the old engine', () => {
  let engine: TestEngine;
  let operator: SupabaseClient;

  beforeAll(async () => {
    engine = await startTestEngine();
    operator = clientWith(engine.url, engine.adminKey);
  });

  afterAll(() => engine.stop());

  const clientOf = (tenant: Tenant): SupabaseClient => clientWith(engine.url, tenant.key);

  async function call(client: SupabaseClient, name: string, args: Result): Promise<Result> {
    const { data, error, status } = await client.rpc(name, args);
    expect({ error, status }).toEqual({ error: null, status: 200 });
    return data as Result;
  }

  const summaryOf = (tenant: Tenant): Promise<Result> =>
    call(operator, 'get_wallet_summary', { p_org_id: tenant.orgId });

  function purchase({ orgId }: Tenant, cost: number | string, key: string | null): Result {
    return {
      p_org_id: orgId,
      p_cost_pence: cost,
      p_asset_type: 'phone_number',
      p_description: 'a',
      p_idempotency_key: key,
    };
  }

  describe('check_balance_and_deduct_asset_cost', () => {
    const deduct = 'check_balance_and_deduct_asset_cost';

    it('charges an asset', async () => {
      const tenant = await makeTenant(engine, { balancePence: 2_500 });
      const answer = await call(clientOf(tenant), deduct, purchase(tenant, 1_000, 'k'));
      expect(answer).toMatchObject({ success: true, balance_before_pence: 2_500, balance_after_pence: 1_500 });
      expect(answer.transaction_id).toMatch(/^[0-9a-f-]{36}$/);
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 1_500 });
    });

    it('says how much is missing, in figures that count what is held', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_100 });
      await call(clientOf(tenant), 'reserve_call_credits', { p_org_id: tenant.orgId, p_call_id: randomUUID() });
      expect(await call(clientOf(tenant), deduct, purchase(tenant, 1_000, 'k'))).toEqual({
        success: false,
        error: 'insufficient_balance',
        balance_pence: 1_100,
        effective_balance_pence: 820,
        required_pence: 1_000,
        shortfall_pence: 180,
      });
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 1_100 });
    });

    it('answers a used key with what its first use did, and charges nothing', async () => {
      const tenant = await makeTenant(engine, { balancePence: 5_000 });
      const client = clientOf(tenant);
      const first = await call(client, deduct, purchase(tenant, 1_000, 'k'));
      const ofTheFirst = {
        success: false,
        error: 'duplicate_request',
        transaction_id: first.transaction_id,
        balance_before_pence: 5_000,
        balance_after_pence: 4_000,
      };
      expect(await call(client, deduct, purchase(tenant, 1_000, 'k'))).toEqual(ofTheFirst);
      const another = await call(client, deduct, purchase(tenant, 2_000, 'k'));
      expect(another).toEqual({ ...ofTheFirst, code: 'idempotency_key_reused' });
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 4_000 });
    });

    it('charges one of twenty that race with one key', async () => {
      const tenant = await makeTenant(engine, { balancePence: 50_000 });
      const client = clientOf(tenant);
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => call(client, deduct, purchase(tenant, 1_000, 'k'))),
      );
      expect(answers.filter(({ success }) => success)).toHaveLength(1);
      expect(answers.filter(({ error }) => error === 'duplicate_request')).toHaveLength(19);
      expect(new Set(answers.map((answer) => answer.transaction_id)).size).toBe(1);
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 49_000 });
    });

    it('lets two tenants use the same key', async () => {
      const [a, b] = [
        await makeTenant(engine, { balancePence: 1_000 }),
        await makeTenant(engine, { balancePence: 1_000 }),
      ];
      expect(await call(clientOf(a), deduct, purchase(a, 1_000, 'same'))).toMatchObject({ success: true });
      expect(await call(clientOf(b), deduct, purchase(b, 1_000, 'same'))).toMatchObject({ success: true });
    });

    it('insists on a key', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_000 });
      const { data, error, status } = await clientOf(tenant).rpc(deduct, purchase(tenant, 1_000, null));
      expect({ data, status }).toEqual({ data: null, status: 400 });
      expect(error).toMatchObject({
        code: 'idempotency_key_required',
        message: expect.stringContaining('p_idempotency_key'),
      });
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 1_000 });
    });

    it('treats another tenant as one that does not exist', async () => {
      const [own, other] = [await makeTenant(engine), await makeTenant(engine, { balancePence: 5_000 })];
      const nobody = { orgId: randomUUID(), key: '' };
      const notFound = { success: false, error: 'organization_not_found' };
      expect(await call(clientOf(own), deduct, purchase(other, 1_000, 'k'))).toEqual(notFound);
      expect(await call(clientOf(own), deduct, purchase(nobody, 1_000, 'k'))).toEqual(notFound);
      expect(await call(operator, deduct, purchase(nobody, 1_000, 'k'))).toEqual(notFound);
      expect(await summaryOf(other)).toMatchObject({ balance_pence: 5_000 });
    });

    it('takes an amount that was sent as a bigint', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_000 });
      const answer = await call(clientOf(tenant), deduct, purchase(tenant, 600n as never, 'k'));
      expect(answer).toMatchObject({ success: true, balance_after_pence: 400 });
    });

    it.each([0, -1, 1.5, '9007199254740993', '600.00000000000000001', ' 600 ', '', 'ten', 2 ** 53, null])(
      'refuses the amount %p',
      async (amount) => {
        const tenant = await makeTenant(engine, { balancePence: 1_000 });
        const { error, status } = await clientOf(tenant).rpc(deduct, purchase(tenant, amount as number, 'k'));
        expect(status).toBe(400);
        expect(error).toMatchObject({ code: 'invalid_request', details: expect.stringContaining('p_cost_pence') });
        expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 1_000 });
      },
    );
  });

  describe('reserve_call_credits', () => {
    const reserve = 'reserve_call_credits';

    it('holds the price of the estimate; a repeat holds nothing more', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_000 });
      const args = {
        p_org_id: tenant.orgId,
        p_call_id: randomUUID(),
        p_vapi_call_id: 'vapi-1',
        p_estimated_minutes: 5,
      };
      const first = await call(clientOf(tenant), reserve, args);
      expect(first).toMatchObject({
        success: true,
        duplicate: false,
        reserved_pence: 280,
        balance_pence: 1_000,
        effective_balance_pence: 720,
        active_reservations_pence: 280,
      });
      const again = await call(clientOf(tenant), reserve, args);
      expect(again).toEqual({ ...first, duplicate: true });
      expect(await summaryOf(tenant)).toMatchObject({ active_reservations: 1, active_reservations_pence: 280 });
    });

    it('refuses a call that cannot pay for one increment, and a call id in use elsewhere', async () => {
      const [poor, other] = [
        await makeTenant(engine, { balancePence: 55 }),
        await makeTenant(engine, { balancePence: 500 }),
      ];
      const args = (tenant: Tenant): Result => ({ p_org_id: tenant.orgId, p_call_id: 'shared-call' });
      expect(await call(clientOf(poor), reserve, args(poor))).toMatchObject({
        success: false,
        error: 'insufficient_balance',
        required_pence: 56,
        shortfall_pence: 1,
      });
      await call(clientOf(other), reserve, args(other));
      expect(await call(clientOf(poor), reserve, args(poor))).toEqual({ success: false, error: 'call_id_conflict' });
      expect(await call(clientOf(poor), reserve, args(other))).toEqual({
        success: false,
        error: 'organization_not_found',
      });
    });
  });

  describe('commit_reserved_credits', () => {
    const commit = 'commit_reserved_credits';

    async function reserved(tenant: Tenant): Promise<string> {
      const callId = randomUUID();
      await call(clientOf(tenant), 'reserve_call_credits', { p_org_id: tenant.orgId, p_call_id: callId });
      return callId;
    }

    it('charges what the call cost, once; a repeat gets the first result', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_000 });
      const args = { p_call_id: await reserved(tenant), p_actual_duration_seconds: 187 };
      const first = await call(clientOf(tenant), commit, args);
      expect(first).toMatchObject({
        success: true,
        duplicate: false,
        reserved_pence: 280,
        actual_cost_pence: 224,
        released_pence: 56,
        balance_before_pence: 1_000,
        balance_after_pence: 776,
        actual_minutes: 4,
        duration_seconds: 187,
      });
      expect(await call(clientOf(tenant), commit, args)).toEqual({ ...first, duplicate: true });
      const longer = { ...args, p_actual_duration_seconds: 600 };
      expect(await call(operator, commit, longer)).toEqual({ ...first, duplicate: true });
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 776, active_reservations_pence: 0 });
    });

    it('charges a call in full that outlasted its hold', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_000 });
      const args = { p_call_id: await reserved(tenant), p_actual_duration_seconds: 600 };
      expect(await call(operator, commit, args)).toMatchObject({
        actual_cost_pence: 560,
        released_pence: 0,
        actual_minutes: 10,
      });
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 440 });
    });

    it('bills directly for the organization of the key when there is no reservation', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_000 });
      const args = { p_call_id: randomUUID(), p_actual_duration_seconds: 61 };
      expect(await call(clientOf(tenant), commit, args)).toMatchObject({
        success: true,
        reserved_pence: 0,
        actual_cost_pence: 112,
      });
      expect(await call(clientOf(tenant), commit, args)).toMatchObject({ success: true, duplicate: true });
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 888 });
    });

    it('tells the operator key when there is no reservation, and bills nobody', async () => {
      expect(await call(operator, commit, { p_call_id: randomUUID(), p_actual_duration_seconds: 61 })).toEqual({
        success: false,
        error: 'no_active_reservation',
        fallback_to_direct_billing: true,
      });
    });

    it('does not charge another tenant’s call', async () => {
      const [own, other] = [await makeTenant(engine), await makeTenant(engine, { balancePence: 1_000 })];
      const args = { p_call_id: await reserved(other), p_actual_duration_seconds: 61 };
      expect(await call(clientOf(own), commit, args)).toEqual({ success: false, error: 'call_id_conflict' });
      expect(await summaryOf(other)).toMatchObject({ balance_pence: 1_000, active_reservations_pence: 280 });
    });

    it('releases everything for a call of no length', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_000 });
      const args = { p_call_id: await reserved(tenant), p_actual_duration_seconds: 0 };
      expect(await call(clientOf(tenant), commit, args)).toMatchObject({
        success: true,
        transaction_id: null,
        actual_cost_pence: 0,
        released_pence: 280,
        actual_minutes: 0,
      });
    });
  });

  describe('add_wallet_credits', () => {
    const add = 'add_wallet_credits';

    it('adds once for each call, and once for each key when there is one', async () => {
      const tenant = await makeTenant(engine);
      const args = { p_org_id: tenant.orgId, p_amount_pence: 500, p_type: 'topup', p_description: 'cash' };
      expect(await call(operator, add, args)).toMatchObject({
        success: true,
        balance_before_pence: 0,
        balance_after_pence: 500,
      });
      expect(await call(operator, add, args)).toMatchObject({ success: true, balance_after_pence: 1_000 });
      const keyed = { ...args, p_idempotency_key: 'k' };
      const first = await call(operator, add, keyed);
      expect(first).toMatchObject({ success: true, duplicate: false, balance_after_pence: 1_500 });
      expect(await call(operator, add, keyed)).toEqual({ ...first, duplicate: true });
      expect(await call(operator, add, { ...keyed, p_amount_pence: 501 })).toEqual({
        success: false,
        error: 'duplicate_request',
        code: 'idempotency_key_reused',
      });
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 1_500 });
    });

    it('is for operators', async () => {
      const tenant = await makeTenant(engine);
      const { error, status } = await clientOf(tenant).rpc(add, {
        p_org_id: tenant.orgId,
        p_amount_pence: 500,
        p_type: 'topup',
      });
      expect(status).toBe(403);
      expect(error).toMatchObject({ code: 'forbidden', message: 'This route is for operators.' });
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 0 });
    });

    it('takes money back only as an adjustment, and never below the limit', async () => {
      const tenant = await makeTenant(engine, { balancePence: 300 });
      const args = (pence: number, type: string): Result => ({
        p_org_id: tenant.orgId,
        p_amount_pence: pence,
        p_type: type,
      });
      expect((await operator.rpc(add, args(-100, 'topup'))).status).toBe(400);
      expect(await call(operator, add, args(-100, 'adjustment'))).toMatchObject({
        success: true,
        balance_after_pence: 200,
      });
      expect(await call(operator, add, args(-201, 'adjustment'))).toMatchObject({
        success: false,
        error: 'insufficient_balance',
      });
      expect(await summaryOf(tenant)).toMatchObject({ balance_pence: 200 });
    });
  });

  describe('cleanup_expired_reservations', () => {
    it('answers how many were given back', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_000 });
      const hasty = await startTestEngine({ databaseUrl: engine.settings.databaseUrl, reservationTtlSeconds: 0.001 });
      const args = { p_org_id: tenant.orgId, p_call_id: randomUUID() };
      await call(clientWith(hasty.url, tenant.key), 'reserve_call_credits', args).finally(() => hasty.stop());
      expect(await operator.rpc('cleanup_expired_reservations')).toMatchObject({ data: 1, error: null, status: 200 });
      expect(await operator.rpc('cleanup_expired_reservations', {})).toMatchObject({ data: 0, error: null });
      expect(await summaryOf(tenant)).toMatchObject({ active_reservations_pence: 0 });
      expect((await clientOf(tenant).rpc('cleanup_expired_reservations')).status).toBe(403);
    });
  });

  describe('get_wallet_summary', () => {
    it('shows the wallet to its own organization and to operators', async () => {
      const tenant = await makeTenant(engine);
      await topUp(engine, tenant.orgId, 777);
      const expected = {
        success: true,
        org_id: tenant.orgId,
        currency: 'GBP',
        balance_pence: 777,
        effective_balance_pence: 777,
      };
      expect(await summaryOf(tenant)).toMatchObject(expected);
      const shouting = { p_org_id: tenant.orgId.toUpperCase() };
      expect(await call(clientOf(tenant), 'get_wallet_summary', shouting)).toMatchObject(expected);
      const stranger = clientOf(await makeTenant(engine));
      const notFound = { success: false, error: 'organization_not_found' };
      expect(await call(stranger, 'get_wallet_summary', { p_org_id: tenant.orgId })).toEqual(notFound);
    });
  });

  describe('errors', () => {
    it('are ones that supabase-js can show', async () => {
      const { data, error, status } = await operator.rpc('get_wallet_summary', { p_org_id: 'acme', p_other: 1 });
      expect({ data, status }).toEqual({ data: null, status: 400 });
      expect(error).toMatchObject({
        code: 'invalid_request',
        message: expect.stringContaining('p_org_id: must be a uuid'),
        details: expect.stringContaining('p_other'),
        hint: null,
        title: 'Bad Request',
        requestId: expect.any(String),
      });
    });

    it('tell an unknown function as PostgREST does', async () => {
      const { error, status } = await operator.rpc('charge_everybody', { p_org_id: randomUUID() });
      expect(status).toBe(404);
      expect(error).toMatchObject({
        code: 'PGRST202',
        message: 'Could not find the function public.charge_everybody in the schema cache',
        details: null,
      });
    });

    it('tell a wrong key', async () => {
      for (const name of ['get_wallet_summary', 'no_such_function']) {
        const { error, status } = await clientWith(engine.url, 'not-a-key').rpc(name, { p_org_id: randomUUID() });
        expect(status).toBe(401);
        expect(error).toMatchObject({ code: 'unauthenticated', message: expect.any(String) });
      }
    });

    it('tell a request that was not carried out from one that was refused', async () => {
      const tenant = await makeTenant(engine, { balancePence: 1_000 });
      const bystander = new Client({ connectionString: engine.settings.databaseUrl });
      await bystander.connect();
      try {
        await bystander.query('begin');
        await bystander.query('select from wallets where org_id = $1 for update', [tenant.orgId]);
        const args = purchase(tenant, 1_000, 'k');
        const { data, error, status } = await clientOf(tenant).rpc('check_balance_and_deduct_asset_cost', args);
        expect({ data, status }).toEqual({ data: null, status: 503 });
        expect(error).toMatchObject({ code: 'database_unavailable', message: expect.any(String) });
        await bystander.query('rollback');
        expect(await call(clientOf(tenant), 'check_balance_and_deduct_asset_cost', args)).toMatchObject({
          success: true,
        });
      } finally {
        await bystander.end();
      }
    });

    it('make throwOnError throw', async () => {
      const shouting = operator.rpc('get_wallet_summary', {}).throwOnError();
      await expect(Promise.resolve(shouting)).rejects.toMatchObject({ code: 'invalid_request' });
    });
  });

  it('documents every function with an example of each argument and of what it may answer', async () => {
    interface Operation {
      readonly requestBody?: {
        content: Record<string, { schema: { properties: Record<string, { example?: unknown }> } }>;
      };
      readonly responses: Record<string, { content?: Record<string, { examples?: object }> }>;
    }
    const document = (await (await fetch(`${engine.url}/openapi.json`)).json()) as {
      paths: Record<string, { post: Operation }>;
    };
    const documented = Object.entries(document.paths).filter(([path]) => path.startsWith('/rest/v1/rpc/'));
    expect(documented.map(([path]) => path.slice('/rest/v1/rpc/'.length)).sort()).toEqual([
      'add_wallet_credits',
      'check_balance_and_deduct_asset_cost',
      'cleanup_expired_reservations',
      'commit_reserved_credits',
      'get_wallet_summary',
      'reserve_call_credits',
    ]);
    for (const [path, { post }] of documented.filter(([path]) => !path.endsWith('cleanup_expired_reservations'))) {
      const properties = post.requestBody?.content['application/json']?.schema.properties ?? {};
      expect({
        path,
        without: Object.keys(properties).filter((name) => properties[name]?.example === undefined),
      }).toEqual({
        path,
        without: [],
      });
      expect(Object.keys(post.responses['200']?.content?.['application/json']?.examples ?? {}).length).toBeGreaterThan(
        1,
      );
    }
  });
});

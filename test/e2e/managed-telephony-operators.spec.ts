import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { startTestEngine, type TestEngine } from '../support/engine';
import { provision, send, soldNumbers, type Answer } from '../support/numbers';
import { makeTenant, type Tenant } from '../support/tenant';

const ORPHANS = 'api/admin/phone-number-orphans';

describe('operators and phone numbers', () => {
  let engine: TestEngine;
  let database: Client;

  beforeAll(async () => {
    engine = await startTestEngine();
    database = new Client({ connectionString: engine.settings.databaseUrl });
    await database.connect();
  });

  afterAll(async () => {
    await database.end();
    await engine.stop();
  });

  const admin = (method: string, path: string, body?: object): Promise<Answer> =>
    send(engine.url, method, path, { key: engine.adminKey, body });
  const register = ({ orgId }: Tenant, vapiId: string, body: object): Promise<Answer> =>
    admin('PUT', `api/admin/organizations/${orgId}/phone-numbers/${vapiId}`, body);
  const numbersOf = async ({ key }: Tenant): Promise<unknown> =>
    (await send(engine.url, 'GET', 'api/managed-telephony/numbers', { key })).body.data;

  it.each(['GET api/admin/price-list', 'PUT api/admin/price-list', `GET ${ORPHANS}`, `POST ${ORPHANS}/check`])(
    '%s is for operators',
    async (route) => {
      const { key } = await makeTenant(engine);
      const [method, path] = route.split(' ') as [string, string];
      const body = method === 'PUT' ? {} : undefined;
      expect(await send(engine.url, method, path, { key, body })).toMatchObject({ status: 403 });
    },
  );

  describe('the price list', () => {
    it('knows every country and type, at 1000p unless set', async () => {
      const { body } = await admin('GET', 'api/admin/price-list');
      expect(body.data).toHaveLength(12);
      expect(body.data).toContainEqual({ country: 'AU', numberType: 'mobile', pricePence: 1_000, updatedAt: null });
    });

    it('takes prices, and the same again', async () => {
      const prices = [
        { country: 'CA', numberType: 'local', pricePence: 700 },
        { country: 'GB', numberType: 'toll_free', pricePence: 1_500 },
      ];
      for (let i = 0; i < 2; i++) {
        const { status, body } = await admin('PUT', 'api/admin/price-list', { prices });
        expect(status).toBe(200);
        expect(body.data).toEqual(expect.arrayContaining(prices.map((price) => expect.objectContaining(price))));
      }
    });

    it.each([
      [[]],
      [[{ country: 'US', numberType: 'local', pricePence: 0 }]],
      [[{ country: 'US', numberType: 'local', pricePence: 1.5 }]],
      [[{ country: 'US', numberType: 'local', pricePence: 1_000_000_001 }]],
      [[{ country: 'XX', numberType: 'local', pricePence: 5 }]],
      [
        [
          { country: 'US', numberType: 'local', pricePence: 5 },
          { country: 'US', numberType: 'local', pricePence: 6 },
        ],
      ],
      [[null]],
    ])('refuses %j', async (prices) => {
      expect(await admin('PUT', 'api/admin/price-list', { prices })).toMatchObject({ status: 400 });
    });
  });

  describe('a number the tenant has at Vapi already', () => {
    it('is registered without a charge, and the same again', async () => {
      const tenant = await makeTenant(engine);
      const vapiId = randomUUID();
      const first = await register(tenant, vapiId, { phoneNumber: '+14155550142', assistantId: 'a-1' });
      expect(first).toMatchObject({
        status: 200,
        body: { vapiPhoneId: vapiId, phoneNumber: '+14155550142', status: 'active', costPence: null },
      });
      const again = await register(tenant, vapiId, { phoneNumber: '+14155550142', assistantId: 'a-1' });
      expect({ ...again.body, updatedAt: '' }).toEqual({ ...first.body, updatedAt: '' });
      expect(await register(tenant, vapiId, { assistantId: 'a-2' })).toMatchObject({
        body: { id: first.body.id, phoneNumber: '+14155550142', assistantId: 'a-2' },
      });
      expect(await numbersOf(tenant)).toHaveLength(1);
    });

    it('moves when it is registered elsewhere', async () => {
      const [one, other] = [await makeTenant(engine), await makeTenant(engine)];
      const vapiId = randomUUID();
      await register(one, vapiId, { assistantId: 'a-1' });
      expect(await register(other, vapiId, { assistantId: 'a-2' })).toMatchObject({ status: 200 });
      expect(await numbersOf(one)).toMatchObject([{ status: 'released' }]);
      expect(await numbersOf(other)).toMatchObject([{ status: 'active', assistantId: 'a-2' }]);
    });

    it('registered by 20 requests at once is registered once', async () => {
      const tenant = await makeTenant(engine);
      const vapiId = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => register(tenant, vapiId, { assistantId: 'a-1' })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(await numbersOf(tenant)).toHaveLength(1);
    });

    it('registered for two tenants by 20 requests at once is one tenant’s in the end', async () => {
      const tenants = [await makeTenant(engine), await makeTenant(engine)];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => register(tenants[i % 2]!, 'vapi-torn', { assistantId: 'a-1' })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
      const numbers = (await Promise.all(tenants.map(numbersOf))).flat() as { status: string }[];
      expect(numbers.filter(({ status }) => status === 'active')).toHaveLength(1);
    });

    it('is let go at once, and stays at Vapi', async () => {
      const tenant = await makeTenant(engine);
      const vapiId = randomUUID();
      await register(tenant, vapiId, { assistantId: 'a-1' });
      const path = `api/managed-telephony/numbers/${vapiId}`;
      const answer = await send(engine.url, 'DELETE', path, { key: tenant.key });
      expect(answer).toMatchObject({ status: 200, body: { status: 'released' } });
      expect(await register(tenant, vapiId, { assistantId: 'a-1' })).toMatchObject({
        status: 200,
        body: { status: 'active' },
      });
    });

    it('that another tenant has bought stays with who bought it', async () => {
      const buyer = await makeTenant(engine, { balancePence: 1_000 });
      const { body } = await provision(engine.url, buyer.key, '212');
      const vapiId = String(body.vapiPhoneId);
      const other = await makeTenant(engine);
      expect(await register(other, vapiId, { assistantId: 'a-9' })).toMatchObject({ status: 400 });
      // The buyer's own keeps its digits and takes the new assistant.
      expect(await register(buyer, vapiId, { assistantId: 'a-9', phoneNumber: '+14155550199' })).toMatchObject({
        status: 200,
        body: { id: body.id, phoneNumber: body.phoneNumber, assistantId: 'a-9', costPence: 1_000 },
      });
    });

    it.each([[{}], [{ assistantId: ' ' }], [{ assistantId: 'a-1', phoneNumber: '14155550142' }]])(
      'refuses %j',
      async (body) => {
        const tenant = await makeTenant(engine);
        expect(await register(tenant, randomUUID(), body)).toMatchObject({ status: 400 });
      },
    );

    it('needs an organization', async () => {
      const nobody = { orgId: randomUUID(), key: '' };
      expect(await register(nobody, randomUUID(), { assistantId: 'a-1' })).toMatchObject({
        status: 404,
        body: { code: 'organization_not_found' },
      });
    });
  });

  describe('orphans', () => {
    const intents = (): string => join(engine.settings.sandboxFolder, 'sandbox-numbers', 'intents');
    const fileOf = (id: string): string => join(intents(), `hf_${id.replaceAll('-', '')}.json`);

    async function found(kind: string, id: unknown): Promise<object | undefined> {
      const { status, body } = await admin('POST', `${ORPHANS}/check`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ problem: null, checkedAt: expect.any(String) });
      expect((await admin('GET', ORPHANS)).body).toEqual(body);
      return (body.data as { kind: string; intentId: string }[]).find(
        (one) => one.kind === kind && one.intentId === id,
      );
    }

    it('are numbers at the provider that nobody paid for', async () => {
      const id = randomUUID();
      mkdirSync(intents(), { recursive: true });
      const stray = { intentId: id, phoneNumber: '+12125550042', providerRef: 'x', vapiPhoneId: null, areaCode: '' };
      writeFileSync(fileOf(id), JSON.stringify({ ...stray, looks: 0, registerTries: 0 }));
      expect(await found('nobody_paid', id)).toMatchObject({
        side: 'sandbox',
        phoneNumber: '+12125550042',
        orgId: null,
      });
      rmSync(fileOf(id));
      expect(await found('nobody_paid', id)).toBeUndefined();
    });

    it('are numbers that were refunded and are still at the provider', async () => {
      const { key, orgId } = await makeTenant(engine, { balancePence: 1_000 });
      const { body } = await provision(engine.url, key, '556');
      const id = String(body.id);
      const sold = { intentId: id, phoneNumber: '+12125550043', providerRef: 'x', vapiPhoneId: null, areaCode: '' };
      writeFileSync(fileOf(id), JSON.stringify({ ...sold, looks: 0, registerTries: 0 }));
      expect(await found('nobody_paid', id)).toBeUndefined(); // settled a moment ago: the list may lag
      await longAgo(id);
      expect(await found('nobody_paid', id)).toMatchObject({ orgId, detail: 'its order is failed' });
      rmSync(fileOf(id));
    });

    it('are payments without a number', async () => {
      const { key, orgId } = await makeTenant(engine, { balancePence: 1_000 });
      const { body } = await provision(engine.url, key, '212');
      const id = String(body.id);
      rmSync(fileOf(id));
      await longAgo(id);
      expect(await found('not_at_provider', id)).toMatchObject({ orgId, phoneNumber: body.phoneNumber });
      expect(soldNumbers(engine.settings.sandboxFolder).map(({ intentId }) => intentId)).not.toContain(id);
    });

    it('are purchases that do not come to an end', async () => {
      const { key, orgId } = await makeTenant(engine, { balancePence: 1_000 });
      const { body } = await provision(engine.url, key, '557');
      await database.query(
        `update phone_numbers set provider = 'twilio', step_since = now() - interval '1 hour' where id = $1`,
        [body.id],
      );
      const orphan = await found('stuck', body.id);
      expect(orphan).toMatchObject({ orgId, side: 'twilio', detail: expect.stringContaining('buying') });
    });

    it('are counted in the status, for operators', async () => {
      const { body } = await admin('GET', 'api/managed-telephony/status');
      expect(body).toMatchObject({ orphans: 2, provider: { ok: true, detail: expect.stringContaining('Sandbox') } });
    });

    function longAgo(id: string): Promise<unknown> {
      return database.query(`update phone_numbers set settled_at = now() - interval '1 hour' where id = $1`, [id]);
    }
  });

  it('the book of numbers is part of the reconciliation, and is right', async () => {
    const { status, body } = await admin('GET', 'api/admin/reconciliation');
    expect(status).toBe(200);
    const checks = body.checks as { name: string; ok: boolean }[];
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'paid_minus_refunded_is_what_numbers_cost',
        'a_failed_purchase_is_refunded_once_and_in_full',
      ]),
    );
  });
});

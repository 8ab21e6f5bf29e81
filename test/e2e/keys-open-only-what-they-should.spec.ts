import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, HttpClient, operatorOf } from '../support/http-client';
import { query } from '../support/money';
import { makeTenant } from '../support/tenant';

const WALLET = 'api/billing/wallet';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine();
});

afterAll(() => engine.stop());

const anonymous = (): HttpClient => new HttpClient(engine.url, {});

describe('without a valid key', () => {
  it.each([
    ['none', {}],
    ['an unknown one', { authorization: 'Bearer hf_unknown' }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` }],
    ['one without a scheme', { authorization: 'test-operator-key-0123456789' }],
    ['two in one', { authorization: 'Bearer test-operator-key-0123456789 x' }],
    ['an empty apikey', { apikey: '' }],
    ['one that is too long', { authorization: `Bearer ${'k'.repeat(5_000)}` }],
    ['the webhook secret', { 'x-vapi-secret': 'test-webhook-secret-0123456789' }],
    ['the webhook secret as a key', { authorization: 'Bearer test-webhook-secret-0123456789' }],
  ])('(%s) nothing opens', async (_, headers) => {
    for (const path of [WALLET, 'api/admin/organizations', 'api/billing/reservations/x']) {
      const answer = await anonymous().with(headers).get(path);
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('a request is refused before its body is looked at', async () => {
    expectProblem(await anonymous().post('api/billing/deduct-asset', { costPence: 'x' }), 401, 'unauthenticated');
  });

  it.each([
    ['that is no JSON', { raw: '{' }, 400, 'invalid_request'],
    ['of another type', { raw: 'x', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  ])('a body %s is no secret either: only who may ask is told', async (_, sending, status, code) => {
    for (const path of ['api/billing/deduct-asset', 'api/admin/organizations', 'rest/v1/rpc/get_wallet_summary']) {
      expectProblem(await anonymous().post(path, undefined, sending), 401, 'unauthenticated');
      expectProblem(await operatorOf(engine).post(path, undefined, sending), status, code);
    }
    const tenant = clientOf(engine, await makeTenant(engine));
    expectProblem(await tenant.post('api/admin/organizations', undefined, sending), 403, 'forbidden');
    const asVapi = anonymous().with({ 'x-vapi-secret': engine.webhookSecret });
    for (const path of ['api/vapi/webhook', 'api/vapi/webhook/status-check']) {
      expectProblem(await anonymous().post(path, undefined, sending), 401, 'unauthenticated');
      expectProblem(await asVapi.post(path, undefined, sending), status, code);
    }
  });
});

describe('a key', () => {
  it('opens by Authorization and by apikey, in any case of the scheme', async () => {
    const { key } = await makeTenant(engine);
    const ways: Record<string, string>[] = [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer  ${key}` },
      { apikey: key },
    ];
    for (const headers of ways) {
      expect((await anonymous().with(headers).get(WALLET)).status).toBe(200);
    }
  });

  it.each([
    ['an unknown bearer', 'Bearer hf_unknown'],
    ['a session of somebody', `Bearer ${'eyJ'.repeat(300)}`],
    ['another scheme', 'Basic YTpi'],
  ])('as apikey opens beside %s', async (_, authorization) => {
    const { key, orgId } = await makeTenant(engine);
    const both = anonymous().with({ authorization, apikey: key });
    for (let i = 0; i < 2; i++) expect((await both.get(WALLET)).body).toMatchObject({ orgId });
    expectProblem(await both.with({ apikey: 'hf_unknown_too' }).get(WALLET), 401, 'unauthenticated');
  });

  it('as a bearer is the one that counts, whatever the apikey', async () => {
    const [tenant, other] = [await makeTenant(engine), await makeTenant(engine)];
    for (const apikey of [other.key, 'hf_unknown', engine.adminKey]) {
      const { body } = await clientOf(engine, tenant).with({ apikey }).get(WALLET);
      expect(body).toMatchObject({ orgId: tenant.orgId });
    }
  });

  it('is shown once and kept as a hash', async () => {
    const { orgId } = await makeTenant(engine);
    const path = `api/admin/organizations/${orgId}/api-keys`;
    const made = await operatorOf(engine).send('POST', path, { name: 'production backend' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.any(String),
      name: 'production backend',
      key: expect.stringMatching(/^hf_[\w-]{43}$/),
    });
    const listed = await operatorOf(engine).get(path);
    expect((listed.body.data as object[])[1]).toMatchObject({
      id: made.body.id,
      name: 'production backend',
      revokedAt: null,
    });
    expect(listed.text).not.toContain(made.body.key);
    const stored = await query(engine.settings.databaseUrl, 'select to_jsonb(k)::text as row from api_keys k');
    expect(JSON.stringify(stored)).not.toContain(made.body.key);
  });

  it('is revoked at once, alone, and revoking again is a repeat', async () => {
    const tenant = await makeTenant(engine);
    const path = `api/admin/organizations/${tenant.orgId}/api-keys`;
    const second = (await operatorOf(engine).send('POST', path, { name: 'second' })).body as {
      id: string;
      key: string;
    };
    const client = clientOf(engine, { ...tenant, key: second.key });
    expect((await client.get(WALLET)).status).toBe(200);
    const revoked = await operatorOf(engine).delete(`${path}/${second.id}`);
    expect({ status: revoked.status, body: revoked.body }).toEqual({
      status: 200,
      body: { id: second.id, revoked: true },
    });
    expectProblem(await client.get(WALLET), 401, 'unauthenticated');
    expect((await clientOf(engine, tenant).get(WALLET)).status).toBe(200);
    expect((await operatorOf(engine).delete(`${path}/${second.id}`)).status).toBe(200);
  });

  it('revoked at one replica closes at the other within a second', async () => {
    const replica = await startTestEngine({ databaseUrl: engine.settings.databaseUrl });
    const tenant = await makeTenant(engine);
    const there = clientOf(replica, tenant);
    expect((await there.get(WALLET)).status).toBe(200);
    const path = `api/admin/organizations/${tenant.orgId}/api-keys`;
    const [key] = (await operatorOf(engine).get(path)).body.data as { id: string }[];
    await operatorOf(engine).delete(`${path}/${key!.id}`);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expectProblem(await there.get(WALLET), 401, 'unauthenticated');
    await replica.stop();
  });

  it.each([
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a long name', { name: 'x'.repeat(101) }],
    ['a name that cannot be stored', { name: 'a\u0000' }],
    ['a number', { name: 5 }],
    ['an unknown field', { name: 'x', orgId: randomUUID() }],
  ])('is not made with %s', async (_, body) => {
    const { orgId } = await makeTenant(engine);
    const answer = await operatorOf(engine).send('POST', `api/admin/organizations/${orgId}/api-keys`, body);
    expectProblem(answer, 400, 'invalid_request');
  });

  it('is not made for an organization that does not exist, nor is one of it listed or revoked', async () => {
    const path = `api/admin/organizations/${randomUUID()}/api-keys`;
    expectProblem(await operatorOf(engine).send('POST', path, { name: 'x' }), 404, 'organization_not_found');
    expectProblem(await operatorOf(engine).get(path), 404, 'organization_not_found');
    expectProblem(await operatorOf(engine).delete(`${path}/${randomUUID()}`), 404, 'organization_not_found');
    expectProblem(await operatorOf(engine).delete(`${path}/no-uuid`), 404, 'organization_not_found');
  });

  it('that an organization does not have is not found', async () => {
    const { orgId } = await makeTenant(engine);
    const path = `api/admin/organizations/${orgId}/api-keys`;
    expectProblem(await operatorOf(engine).delete(`${path}/${randomUUID()}`), 404, 'not_found');
    expectProblem(await operatorOf(engine).delete(`${path}/no-uuid`), 404, 'not_found');
  });

  it('of an organization acts for no other, whether that exists or not', async () => {
    const client = clientOf(engine, await makeTenant(engine));
    const other = await makeTenant(engine);
    for (const orgId of [other.orgId, randomUUID()]) {
      expectProblem(await client.with({ 'x-org-id': orgId }).get(WALLET), 403, 'forbidden');
    }
  });

  it.each([
    'api/billing/deduct-asset',
    'api/billing/reserve-credits',
    'api/billing/commit-credits',
    'api/billing/release-credits',
    'api/managed-telephony/provision',
  ])('of an organization acts for no other at %s, whatever the body says', async (path) => {
    const client = clientOf(engine, await makeTenant(engine)).with({ 'idempotency-key': randomUUID() });
    const { orgId } = await makeTenant(engine);
    expectProblem(await client.with({ 'x-org-id': orgId }).send('POST', path, {}), 403, 'forbidden');
    const malformed = await client.with({ 'x-org-id': 'mine' }).send('POST', path, {});
    const errors = [{ path: 'X-Org-Id', message: 'must be a uuid' }];
    expectProblem(malformed, 400, 'invalid_request', { errors });
  });

  it('of an organization may name its own, in any case', async () => {
    const tenant = await makeTenant(engine);
    const named = clientOf(engine, tenant).with({ 'x-org-id': tenant.orgId.toUpperCase() });
    expect((await named.get(WALLET)).body).toMatchObject({ orgId: tenant.orgId });
    expectProblem(await named.with({ 'x-org-id': 'mine' }).get(WALLET), 400, 'invalid_request');
  });
});

describe('the rate limit', () => {
  it('holds for each key on its own, says when to come back, and lets it in then', async () => {
    const strict = await startTestEngine({ rateLimitPerMinute: 60, databaseUrl: engine.settings.databaseUrl });
    const [busy, calm] = [clientOf(strict, await makeTenant(engine)), clientOf(strict, await makeTenant(engine))];
    const answers = await Promise.all(Array.from({ length: 70 }, () => busy.get(WALLET)));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThanOrEqual(8);
    expect(limited.length).toBeLessThanOrEqual(10);
    expectProblem(limited[0]!, 429, 'rate_limited');
    expect(Number(limited[0]!.headers.get('retry-after'))).toBe(1);
    expect((await calm.get(WALLET)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect((await busy.get(WALLET)).status).toBe(200);
    await strict.stop();
  });

  it('ends the guessing of keys from one address, but not the work of those who have one', async () => {
    const guesser = anonymous().with({ authorization: 'Bearer guess', 'x-forwarded-for': randomUUID() });
    const answers = await Promise.all(Array.from({ length: 650 }, () => guesser.get(WALLET)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect((await operatorOf(engine).get('api/admin/organizations?limit=1')).status).toBe(200);
  });
});

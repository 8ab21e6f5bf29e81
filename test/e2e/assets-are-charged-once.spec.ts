import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, operatorOf, type HttpClient } from '../support/http-client';
import { expectSoundBook, journalOf, walletOf } from '../support/money';
import { makeTenant, type Tenant } from '../support/tenant';

const ROUTE = 'api/billing/deduct-asset';
const NUMBER = { assetType: 'phone_number', costPence: 1_000 };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('POST /api/billing/deduct-asset', () => {
  let engine: TestEngine;
  let tenant: Tenant;
  let client: HttpClient;

  beforeAll(async () => {
    engine = await startTestEngine();
  });

  beforeEach(async () => {
    tenant = await makeTenant(engine, { balancePence: 2_500 });
    client = clientOf(engine, tenant);
  });

  afterAll(async () => {
    await expectSoundBook(engine.settings.databaseUrl);
    await engine.stop();
  });

  const wallet = () => walletOf(engine.settings.databaseUrl, tenant.orgId);

  it.each(['phone_number', 'phone_provisioning', 'did', 'license'])('charges a %s', async (assetType) => {
    const answer = await client.post(ROUTE, { assetType, costPence: 1_000, description: '+14155550142' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('idempotent-replayed')).toBeNull();
    expect(answer.body).toEqual({
      transactionId: expect.stringMatching(UUID),
      assetType,
      costPence: 1_000,
      balanceBeforePence: 2_500,
      balanceAfterPence: 1_500,
      effectiveBalancePence: 1_500,
    });
    const { body } = await client.get('api/billing/wallet/transactions?limit=1');
    expect(body.data).toMatchObject([
      {
        id: answer.body.transactionId,
        type: assetType,
        direction: 'debit',
        description: '+14155550142',
        createdBy: expect.stringMatching(/^key:/),
      },
    ]);
  });

  it('answers a repeat with the same status and the same bytes, marked, also after the wallet has changed', async () => {
    const first = await client.post(ROUTE, NUMBER, { key: 'order-1' });
    await client.post(ROUTE, NUMBER);
    const repeat = await client.post(ROUTE, NUMBER, { key: 'order-1' });
    expect({ status: repeat.status, text: repeat.text }).toEqual({ status: 201, text: first.text });
    expect(repeat.headers.get('idempotent-replayed')).toBe('true');
    expect(await wallet()).toMatchObject({ balance: 500 });
  });

  it('takes a field left out, null and reordered fields for the same request', async () => {
    const first = await client.post(ROUTE, NUMBER, { key: 'order-1' });
    const repeat = await client.post(ROUTE, undefined, {
      key: 'order-1',
      raw: '{ "description": null, "costPence": 1000.0, "assetType": "phone_number" }',
    });
    expect(repeat.text).toBe(first.text);
    expect(await wallet()).toMatchObject({ balance: 1_500 });
  });

  it.each([
    ['another cost', { ...NUMBER, costPence: 999 }],
    ['another type', { ...NUMBER, assetType: 'did' }],
    ['another description', { ...NUMBER, description: 'x' }],
  ])('refuses a used key with %s', async (_, other) => {
    await client.post(ROUTE, NUMBER, { key: 'order-1' });
    expectProblem(await client.post(ROUTE, other, { key: 'order-1' }), 422, 'idempotency_key_reused');
    expect(await wallet()).toMatchObject({ balance: 1_500 });
  });

  it('refuses a key that was used for a credit', async () => {
    await operatorOf(engine).post(
      `api/admin/organizations/${tenant.orgId}/credits`,
      { type: 'topup', amountPence: 1_000 },
      { key: 'one' },
    );
    expectProblem(await client.post(ROUTE, NUMBER, { key: 'one' }), 422, 'idempotency_key_reused');
  });

  it('says what is missing, counting what calls hold and no debt limit, and forgets the refusal', async () => {
    const poor = await makeTenant(engine, { balancePence: 1_279, debtLimitPence: 5_000 });
    const buyer = clientOf(engine, poor);
    await buyer.post('api/billing/reserve-credits', { callId: randomUUID() });
    expectProblem(await buyer.post(ROUTE, NUMBER, { key: 'order-1' }), 402, 'insufficient_balance', {
      balancePence: 1_279,
      effectiveBalancePence: 999,
      requiredPence: 1_000,
      shortfallPence: 1,
    });
    await operatorOf(engine).post(`api/admin/organizations/${poor.orgId}/credits`, { type: 'topup', amountPence: 1 });
    const later = await buyer.post(ROUTE, NUMBER, { key: 'order-1' });
    expect({ status: later.status, replayed: later.headers.get('idempotent-replayed') }).toEqual({
      status: 201,
      replayed: null,
    });
    expect(later.body).toMatchObject({ balanceBeforePence: 1_280, balanceAfterPence: 280, effectiveBalancePence: 0 });
  });

  it('insists on a key', async () => {
    const keyless = await client.send('POST', ROUTE, NUMBER);
    expectProblem(keyless, 400, 'idempotency_key_required');
    expectProblem(await client.post(ROUTE, NUMBER, { key: ' ' }), 400, 'idempotency_key_required');
  });

  it.each([
    ['256 characters', 'k'.repeat(256)],
    ['a tab', 'order\t1'],
    ['not ASCII', 'bestellung-\u00e4'],
  ])('refuses a key with %s', async (_, key) => {
    expectProblem(await client.post(ROUTE, NUMBER, { key }), 400, 'invalid_request');
    expect(await wallet()).toMatchObject({ balance: 2_500 });
  });

  it('takes a key of 255 printable characters', async () => {
    const key = `~ !"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}${'k'.repeat(222)}`;
    expect(key).toHaveLength(255);
    const first = await client.post(ROUTE, NUMBER, { key });
    const repeat = await client.post(ROUTE, NUMBER, { key });
    expect([first.status, repeat.text]).toEqual([201, first.text]);
    expect(await journalOf(engine.settings.databaseUrl, tenant.orgId)).toEqual({ phone_number: 1, topup: 1 });
  });

  it('is for an operator who names the organization, too', async () => {
    const answer = await operatorOf(engine, tenant.orgId).post(ROUTE, NUMBER);
    expect(answer.body).toMatchObject({ balanceAfterPence: 1_500 });
    expectProblem(await operatorOf(engine).post(ROUTE, NUMBER), 400, 'invalid_request', {
      errors: [{ path: 'X-Org-Id' }],
    });
    expectProblem(await operatorOf(engine, randomUUID()).post(ROUTE, NUMBER), 404, 'organization_not_found');
  });
});

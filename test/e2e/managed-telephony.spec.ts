import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { NumberBook, provision, send, soldNumbers, type Answer } from '../support/numbers';
import { makeTenant } from '../support/tenant';

const PROVISION = 'api/managed-telephony/provision';
const BODY = { country: 'US', numberType: 'local', direction: 'inbound' };

describe('POST /api/managed-telephony/provision', () => {
  let engine: TestEngine;
  let book: NumberBook;

  beforeAll(async () => {
    engine = await startTestEngine();
    book = new NumberBook(engine.settings.databaseUrl);
    await book.open();
  });

  afterAll(async () => {
    await book.close();
    await engine.stop();
  });

  const post = (key: string, body: object, idempotencyKey?: string): Promise<Answer> =>
    send(engine.url, 'POST', PROVISION, { key, body, idempotencyKey });

  it('charges and buys, in the journal as a phone_number', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 2_500 });
    const answer = await post(key, { ...BODY, areaCode: '212' }, 'order-1');
    expect(answer).toEqual({
      status: 201,
      replayed: false,
      body: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        phoneNumber: expect.stringMatching(/^\+1212\d{7}$/),
        vapiPhoneId: expect.any(String),
        status: 'active',
        costPence: 1_000,
        transactionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(await book.journalOf(orgId)).toEqual(['topup', 'phone_number']);
    expect(await book.balanceOf(orgId)).toBe(1_500);
  });

  it('answers a repeat with the same body, and buys nothing', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 2_500 });
    const first = await post(key, BODY, 'order-1');
    const before = soldNumbers(engine.settings.sandboxFolder).length;
    expect(await post(key, BODY, 'order-1')).toEqual({ ...first, replayed: true });
    expect(soldNumbers(engine.settings.sandboxFolder)).toHaveLength(before);
    expect(await book.balanceOf(orgId)).toBe(1_500);
  });

  it('answers a repeat with the same body also when the number was given up since', async () => {
    const { key } = await makeTenant(engine, { balancePence: 1_000 });
    const first = await post(key, BODY, 'order-1');
    const path = `api/managed-telephony/numbers/${String(first.body.phoneNumber)}`;
    await send(engine.url, 'DELETE', path, { key });
    expect(await post(key, BODY, 'order-1')).toEqual({ ...first, replayed: true });
    expect(await send(engine.url, 'GET', path, { key })).toMatchObject({ body: { status: 'released' } });
  });

  it('keeps the keys of tenants apart', async () => {
    const one = await makeTenant(engine, { balancePence: 1_000 });
    const other = await makeTenant(engine, { balancePence: 1_000 });
    const [mine, theirs] = [await post(one.key, BODY, 'same'), await post(other.key, BODY, 'same')];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(mine.body.id).not.toBe(theirs.body.id);
  });

  it.each([
    ['another area code', { ...BODY, areaCode: '415' }],
    ['another type', { ...BODY, numberType: 'toll_free' }],
    ['another direction', { ...BODY, direction: 'outbound' }],
    ['another assistant', { ...BODY, assistantId: 'a-2' }],
  ])('refuses a used key for %s', async (_name, other) => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 5_000 });
    await post(key, { ...BODY, areaCode: '212', assistantId: 'a-1' }, 'order-1');
    expect(await post(key, other, 'order-1')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await book.balanceOf(orgId)).toBe(4_000);
  });

  it('refuses a key that has paid for something else', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 5_000 });
    const asset = { assetType: 'phone_number', costPence: 1_000, description: 'US local number' };
    await engineDeducts(orgId, asset, 'order-1');
    expect(await post(key, BODY, 'order-1')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await book.ordered(orgId)).toEqual([]);
    expect(await book.balanceOf(orgId)).toBe(4_000);
  });

  /** The very charge a purchase would make, under the same key, but without one. */
  async function engineDeducts(orgId: string, asset: Record<string, unknown>, key: string): Promise<void> {
    const args = {
      p_org_id: orgId,
      p_cost_pence: asset.costPence,
      p_asset_type: asset.assetType,
      p_description: asset.description,
      p_idempotency_key: key,
    };
    const path = 'rest/v1/rpc/check_balance_and_deduct_asset_cost';
    const answer = await send(engine.url, 'POST', path, { key: engine.adminKey, body: args });
    expect(answer).toMatchObject({ status: 200, body: { success: true } });
  }

  it('is not remembered when it was refused for want of money', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 999 });
    expect(await post(key, BODY, 'order-1')).toMatchObject({
      status: 402,
      body: { code: 'insufficient_balance', balancePence: 999, requiredPence: 1_000, shortfallPence: 1 },
    });
    expect(await book.ordered(orgId)).toEqual([]);
    const topUp = { type: 'topup', amountPence: 1 };
    await send(engine.url, 'POST', `api/admin/organizations/${orgId}/credits`, {
      key: engine.adminKey,
      body: topUp,
      idempotencyKey: randomUUID(),
    });
    expect(await post(key, BODY, 'order-1')).toMatchObject({ status: 201, replayed: false });
  });

  it.each([
    ['areaCode', { ...BODY, areaCode: '21x' }],
    ['country', { ...BODY, country: 'FR' }],
    ['numberType', { ...BODY, numberType: 'satellite' }],
    ['direction', { country: 'US', numberType: 'local' }],
    ['assistantId', { ...BODY, assistantId: '' }],
    ['price', { ...BODY, price: 1 }],
  ])('names the field that is wrong: %s', async (path, body) => {
    const { key } = await makeTenant(engine, { balancePence: 1_000 });
    const answer = await post(key, body, randomUUID());
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect((answer.body.errors as { path: string }[]).map((error) => error.path)).toContain(path);
  });

  it('needs a key, and an organization that exists', async () => {
    const { key } = await makeTenant(engine);
    expect(await post(key, BODY)).toMatchObject({ status: 400, body: { code: 'idempotency_key_required' } });
    const headers = { 'x-org-id': randomUUID() };
    const sending = { key: engine.adminKey, body: BODY, idempotencyKey: 'k', headers };
    expect(await send(engine.url, 'POST', PROVISION, sending)).toMatchObject({
      status: 404,
      body: { code: 'organization_not_found' },
    });
  });

  it('refuses what is never sold before any money moves', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 1_000 });
    expect(await post(key, { ...BODY, numberType: 'mobile' }, 'k')).toMatchObject({
      status: 422,
      body: { code: 'provider_rejected', reason: 'not_offered', refunded: false },
    });
    expect(await book.journalOf(orgId)).toEqual(['topup']);
  });

  it('says how a purchase that was paid has failed, and that the money is back, now and when repeated', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 1_000 });
    const first = await provision(engine.url, key, '556', 'order-1');
    expect(first).toMatchObject({
      status: 502,
      body: { code: 'provider_failed', reason: 'provider_out_of_money', refunded: true, costPence: 1_000 },
    });
    const again = await provision(engine.url, key, '556', 'order-1');
    expect({ ...again.body, requestId: '' }).toEqual({ ...first.body, requestId: '' });
    expect(again).toMatchObject({ status: 502, replayed: true });
    expect(await book.journalOf(orgId)).toEqual(['topup', 'phone_number', 'refund']);
    expect(await book.balanceOf(orgId)).toBe(1_000);
  });

  it('pays the price of its time', async () => {
    const { key } = await makeTenant(engine, { balancePence: 10_000 });
    const prices = (pricePence: number): object => ({ prices: [{ country: 'GB', numberType: 'mobile', pricePence }] });
    const list = (body: object): Promise<Answer> =>
      send(engine.url, 'PUT', 'api/admin/price-list', { key: engine.adminKey, body });
    const british = { ...BODY, country: 'GB', numberType: 'mobile' };
    await list(prices(1_250));
    const first = await post(key, british, 'order-1');
    expect(first).toMatchObject({ status: 201, body: { costPence: 1_250 } });
    await list(prices(800));
    expect(await post(key, british, 'order-1')).toMatchObject({ replayed: true, body: { costPence: 1_250 } });
    expect(await post(key, british, 'order-2')).toMatchObject({ status: 201, body: { costPence: 800 } });
  });
});

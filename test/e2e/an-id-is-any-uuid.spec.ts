import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, type HttpClient, operatorOf } from '../support/http-client';
import { query } from '../support/money';
import { makeTenant } from '../support/tenant';

/** As people and old systems choose them: without the version and variant of RFC 9562. */
const CHOSEN_BY_HAND = [
  '11111111-1111-1111-1111-111111111111',
  '00000000-0000-0000-0000-000000000001',
  'AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE',
];

let engine: TestEngine;
let operator: HttpClient;

beforeAll(async () => {
  engine = await startTestEngine();
  operator = operatorOf(engine);
});

afterAll(() => engine.stop());

it.each(CHOSEN_BY_HAND)('an organization may have the id %s, on every route', async (id) => {
  const created = await operator.send('POST', 'api/admin/organizations', { id, name: 'By hand' });
  expect({ status: created.status, id: created.body.id }).toEqual({ status: 201, id: id.toLowerCase() });
  await operator.post(`api/admin/organizations/${id}/credits`, { type: 'topup', amountPence: 500 });
  expect((await operatorOf(engine, id).get('api/billing/wallet')).body).toMatchObject({ balancePence: 500 });
  const charged = await operator.send('POST', 'rest/v1/rpc/check_balance_and_deduct_asset_cost', {
    p_org_id: id,
    p_cost_pence: 100,
    p_asset_type: 'did',
    p_description: 'x',
    p_idempotency_key: `by-hand-${id}`,
  });
  expect(charged.body).toMatchObject({ success: true, balance_after_pence: 400 });
});

it('a refund may name a charge whatever the version of its id', async () => {
  const tenant = await makeTenant(engine, { balancePence: 1_000 });
  await clientOf(engine, tenant).post('api/billing/deduct-asset', { assetType: 'did', costPence: 400 });
  const [charge] = await query<{ id: string }>(
    engine.settings.databaseUrl,
    `select id from credit_transactions where type = 'did' and org_id = '${tenant.orgId}'`,
  );
  const refund = (refundOf: string) =>
    operator.post(`api/admin/organizations/${tenant.orgId}/credits`, { type: 'refund', amountPence: 400, refundOf });
  const unknown = await refund(CHOSEN_BY_HAND[0]!);
  expectProblem(unknown, 400, 'invalid_request');
  expect(unknown.body.errors).toEqual([
    { path: 'refundOf', message: 'must be a charge of this organization, and the type a refund' }, // looked for, not found
  ]);
  expect((await refund(charge!.id)).status).toBe(201);
});

it.each(['1111', '11111111-1111-1111-1111-11111111111', 'g1111111-1111-1111-1111-111111111111', ''])(
  'what has not the shape of a uuid is none: %p',
  async (id) => {
    const refused = await operator.send('POST', 'api/admin/organizations', { id, name: 'x' });
    expectProblem(refused, 400, 'invalid_request', { errors: [{ path: 'id', message: expect.any(String) }] });
  },
);

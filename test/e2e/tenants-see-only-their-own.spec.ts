import { randomUUID } from 'node:crypto';
import { Reservations } from '@holdfast/reservation';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, operatorOf, type Answer, type HttpClient } from '../support/http-client';
import { query } from '../support/money';
import { makeTenant, type Tenant } from '../support/tenant';

/** What a route does with an id, sent by the tenant it does not belong to. */
type Route = readonly [name: string, send: (client: HttpClient, id: string) => Promise<Answer>];

const rpc = (client: HttpClient, name: string, args: object): Promise<Answer> =>
  client.send('POST', `rest/v1/rpc/${name}`, args);

const CALL_ROUTES: Route[] = [
  ['GET reservations/{callId}', (client, id) => client.get(`api/billing/reservations/${id}`)],
  ['GET calls/{callId}', (client, id) => client.get(`api/billing/calls/${id}`)],
  [
    'GET transactions?callId',
    (client, id) => client.get(`api/billing/wallet/transactions?includeHolds=true&callId=${id}`),
  ],
  ['POST release-credits', (client, id) => client.send('POST', 'api/billing/release-credits', { callId: id })],
  [
    'POST status-check',
    (client, id) => client.send('POST', 'api/vapi/webhook/status-check', { message: { call: { id } } }),
  ],
  [
    'POST status-check, old shape',
    (client, id) => client.send('POST', 'api/vapi/webhook/status-check', { call: { id }, message: {} }),
  ],
];

const ORG_ROUTES: Route[] = [
  ['GET wallet', (client, id) => client.with({ 'x-org-id': id }).get('api/billing/wallet')],
  ['GET transactions', (client, id) => client.with({ 'x-org-id': id }).get('api/billing/wallet/transactions')],
  ['GET reservations', (client, id) => client.with({ 'x-org-id': id }).get('api/billing/reservations')],
  ['GET quote', (client, id) => client.with({ 'x-org-id': id }).get('api/billing/quote?minutes=5')],
  [
    'POST deduct-asset',
    (client, id) =>
      client.with({ 'x-org-id': id }).post('api/billing/deduct-asset', { assetType: 'did', costPence: 1 }),
  ],
  [
    'POST reserve-credits',
    (client, id) => client.with({ 'x-org-id': id }).post('api/billing/reserve-credits', { callId: 'theirs-or-mine' }),
  ],
  [
    'POST commit-credits',
    (client, id) =>
      client
        .with({ 'x-org-id': id })
        .post('api/billing/commit-credits', { callId: 'theirs-or-mine', actualDurationSeconds: 1 }),
  ],
  [
    'POST release-credits',
    (client, id) => client.with({ 'x-org-id': id }).post('api/billing/release-credits', { callId: 'theirs-or-mine' }),
  ],
  ['GET numbers', (client, id) => client.with({ 'x-org-id': id }).get('api/managed-telephony/numbers')],
  ['GET admin organization', (client, id) => client.get(`api/admin/organizations/${id}`)],
  ['PATCH admin organization', (client, id) => client.patch(`api/admin/organizations/${id}`, { name: 'taken over' })],
  [
    'POST admin credits',
    (client, id) => client.post(`api/admin/organizations/${id}/credits`, { type: 'topup', amountPence: 1 }),
  ],
  ['GET admin api-keys', (client, id) => client.get(`api/admin/organizations/${id}/api-keys`)],
  [
    'POST admin api-keys',
    (client, id) => client.send('POST', `api/admin/organizations/${id}/api-keys`, { name: 'mine' }),
  ],
  [
    'PUT admin phone-numbers',
    (client, id) => client.send('PUT', `api/admin/organizations/${id}/phone-numbers/n1`, { assistantId: 'mine' }),
  ],
  [
    'rpc check_balance_and_deduct_asset_cost',
    (client, id) =>
      rpc(client, 'check_balance_and_deduct_asset_cost', {
        p_org_id: id,
        p_cost_pence: 1,
        p_asset_type: 'did',
        p_idempotency_key: 'k',
      }),
  ],
  [
    'rpc reserve_call_credits',
    (client, id) => rpc(client, 'reserve_call_credits', { p_org_id: id, p_call_id: 'theirs-or-mine' }),
  ],
  ['rpc get_wallet_summary', (client, id) => rpc(client, 'get_wallet_summary', { p_org_id: id })],
  [
    'rpc add_wallet_credits',
    (client, id) => rpc(client, 'add_wallet_credits', { p_org_id: id, p_amount_pence: 1, p_type: 'topup' }),
  ],
];

/** Nobody's: without a body, which route it is does not matter. */
const OPERATORS_ONLY = [
  'POST api/admin/organizations',
  'GET api/admin/organizations',
  'POST api/admin/reservations/cleanup',
  'GET api/admin/reconciliation',
  'GET api/admin/calls?state=live',
  'GET api/admin/webhook-deliveries',
  'POST rest/v1/rpc/cleanup_expired_reservations',
];

let engine: TestEngine;
let victim: Tenant;
let intruder: HttpClient;
let ids: { callId: string; vapiCallId: string; settledCallId: string };
let secrets: string[];
let before: unknown;

beforeAll(async () => {
  engine = await startTestEngine();
  victim = await makeTenant(engine, { balancePence: 77_777 });
  intruder = clientOf(engine, await makeTenant(engine, { balancePence: 1_000 }));
  const client = clientOf(engine, victim);
  ids = { callId: randomUUID(), vapiCallId: randomUUID(), settledCallId: randomUUID() };
  const reserved = await client.post('api/billing/reserve-credits', { callId: ids.callId, vapiCallId: ids.vapiCallId });
  const settled = await client.post('api/billing/commit-credits', {
    callId: ids.settledCallId,
    actualDurationSeconds: 61,
  });
  secrets = [
    victim.orgId,
    victim.key,
    '77777',
    '77665',
    String(reserved.body.reservationId),
    String(settled.body.transactionId),
  ];
  before = await everythingOf(victim);
});

afterAll(async () => {
  expect(await everythingOf(victim)).toEqual(before); // after all of it
  await engine.stop();
});

function everythingOf({ orgId }: Tenant): Promise<unknown[]> {
  return query(
    engine.settings.databaseUrl,
    `select (select to_jsonb(w) from wallets w where org_id = $1) as wallet,
       (select to_jsonb(o) from organizations o where id = $1) as organization,
       (select jsonb_agg(t order by seq) from credit_transactions t where org_id = $1) as journal,
       (select jsonb_agg(r order by id) from credit_reservations r where org_id = $1) as reservations,
       (select jsonb_agg(k order by id) from api_keys k where org_id = $1) as keys`,
    [orgId],
  );
}

/** An answer without what differs from request to request. */
function essence({ status, text, headers }: Answer, id: string): unknown {
  const shown = text.replaceAll(id, '{id}').replaceAll(/"requestId":"[^"]*"/g, '"requestId":""');
  return { status, shown, type: headers.get('content-type') };
}

async function expectLikeNothing([, send]: Route, foreign: string): Promise<void> {
  const nobodys = randomUUID();
  const answer = await send(intruder, foreign);
  expect(essence(answer, foreign)).toEqual(essence(await send(intruder, nobodys), nobodys));
  const leaked = secrets.filter((secret) => secret !== foreign && answer.text.includes(secret));
  expect(leaked).toEqual([]);
}

describe('a call of another tenant answers like one that does not exist', () => {
  it.each(CALL_ROUTES)('%s', async (...route) => {
    await expectLikeNothing(route, ids.callId);
    await expectLikeNothing(route, ids.vapiCallId);
    await expectLikeNothing(route, ids.settledCallId);
  });
});

describe('look-ups that travel together', () => {
  const asked = (path: string): { id: string; path: string }[] => {
    const wanted = [ids.callId, ids.settledCallId, ids.vapiCallId];
    return Array.from({ length: 30 }, (_, i) => wanted[i % 3]!).map((id) => ({
      id,
      path: `api/billing/${path}/${id}`,
    }));
  };
  const meant = (id: string): string => (id === ids.vapiCallId ? ids.callId : id);

  it.each(['reservations', 'calls'])('find for each only what it asked for and what is its own: %s', async (path) => {
    const [owner, operator] = [clientOf(engine, victim), operatorOf(engine)];
    const answers = await Promise.all(
      asked(path).map(async ({ id, path: each }) => {
        const [own, foreign, any] = await Promise.all([owner.get(each), intruder.get(each), operator.get(each)]);
        return { id, own: own.body.callId, foreign: foreign.status, any: any.body.callId };
      }),
    );
    expect(answers).toEqual(answers.map(({ id }) => ({ id, own: meant(id), foreign: 404, any: meant(id) })));
  });
});

describe('another tenant answers like one that does not exist', () => {
  it.each(ORG_ROUTES)('%s', async (...route) => {
    await expectLikeNothing(route, victim.orgId);
  });
});

describe('a call id that another tenant uses', () => {
  it.each([
    ['POST reserve-credits', (id: string) => intruder.send('POST', 'api/billing/reserve-credits', { callId: id })],
    [
      'POST commit-credits',
      (id: string) => intruder.send('POST', 'api/billing/commit-credits', { callId: id, actualDurationSeconds: 5 }),
    ],
  ])('is a conflict, and tells nothing more: %s', async (_, send) => {
    for (const id of [ids.callId, ids.settledCallId]) {
      const { status, body, text } = await send(id);
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'call_id_conflict' });
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
  });
});

describe('the old engine’s commit', () => {
  it('neither charges nor tells of another tenant’s call', async () => {
    const { status, body, text } = await rpc(intruder, 'commit_reserved_credits', {
      p_call_id: ids.callId,
      p_actual_duration_seconds: 5,
    });
    expect({ status, success: body.success }).toEqual({ status: 200, success: false });
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

describe('behind the routes', () => {
  it('the services themselves refuse the call of another tenant', async () => {
    const reservations = engine.engine.app.get(Reservations, { strict: false });
    const { orgId } = await makeTenant(engine, { balancePence: 1_000 });
    const foreign = { orgId, callId: ids.callId, createdBy: 'test' };
    expect(await reservations.check(foreign)).toMatchObject({ code: 'reservation_not_found' });
    expect(await reservations.release(foreign)).toMatchObject({ code: 'reservation_not_found' });
    expect(await reservations.reserve(foreign)).toMatchObject({ code: 'call_id_conflict' });
    expect(await reservations.commit({ ...foreign, actualDurationSeconds: 5 })).toMatchObject({
      code: 'call_id_conflict',
    });
  });
});

describe('an operator who acts for one tenant', () => {
  it('does not reach the calls of another', async () => {
    const other = await makeTenant(engine);
    const acting = operatorOf(engine, other.orgId);
    expect((await acting.get(`api/billing/reservations/${ids.callId}`)).status).toBe(404);
    expect((await acting.get(`api/billing/calls/${ids.callId}`)).status).toBe(404);
    expect((await acting.send('POST', 'api/billing/release-credits', { callId: ids.callId })).status).toBe(404);
    expect(
      (await acting.send('POST', 'api/billing/commit-credits', { callId: ids.callId, actualDurationSeconds: 5 }))
        .status,
    ).toBe(409);
  });
});

describe('what is for operators', () => {
  it.each(OPERATORS_ONLY)('is closed to an organization’s key: %s', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    const answer = await intruder.send(method, path, method === 'POST' ? {} : undefined);
    expect(answer.status).toBe(403);
  });
});

describe('an API key of another tenant', () => {
  it('is not revoked through the path of one’s own', async () => {
    const [own, operator] = [await makeTenant(engine), operatorOf(engine)];
    const { body } = await operator.get(`api/admin/organizations/${victim.orgId}/api-keys`);
    const [key] = body.data as { id: string }[];
    const answer = await operator.delete(`api/admin/organizations/${own.orgId}/api-keys/${key!.id}`);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 404, code: 'not_found' });
    expect((await clientOf(engine, victim).get('api/billing/wallet')).status).toBe(200);
  });
});

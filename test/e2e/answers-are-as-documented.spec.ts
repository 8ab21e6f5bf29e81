import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, HttpClient, operatorOf, type Answer } from '../support/http-client';
import { deviations, type ApiDocument } from '../support/open-api';
import { stuckNumber } from '../support/stuck-numbers';
import { makeTenant, type Tenant } from '../support/tenant';

const BILLING = 'api/billing';
const ORGANIZATIONS = 'api/admin/organizations';
const NUMBERS = 'api/managed-telephony';
const PURCHASE = { country: 'US', numberType: 'local', direction: 'inbound' };

let engine: TestEngine;
let document: ApiDocument;
let tenant: Tenant;
let client: HttpClient;
let operator: HttpClient;
let phoneNumber: string;
/** Stuck orders that an operator may end: the provider of the first cannot be asked. */
let stuck: string[];

beforeAll(async () => {
  engine = await startTestEngine();
  document = (await operatorOf(engine).get('openapi.json')).body as unknown as ApiDocument;
  tenant = await makeTenant(engine, { balancePence: 100_000 });
  client = clientOf(engine, tenant);
  operator = operatorOf(engine);
  for (const callId of ['talked', 'silent', 'released', 'running']) await hold(callId);
  await commit('talked', 61.5);
  const sold = await client.post(`${NUMBERS}/provision`, PURCHASE);
  phoneNumber = String(sold.body.phoneNumber);
  stuck = [
    (await stuckNumber(engine, '557', `provider = 'vapi'`)).id,
    (await stuckNumber(engine, '557')).id,
    (await stuckNumber(engine, '558')).id,
  ];
  const message = { type: 'hang', call: { id: 'talked' } };
  await operator.with({ 'x-vapi-secret': engine.webhookSecret }).send('POST', 'api/vapi/webhook', { message });
});

afterAll(() => engine.stop());

const hold = (callId: string): Promise<Answer> =>
  client.send('POST', `${BILLING}/reserve-credits`, { callId, vapiCallId: `vapi-${callId}` });
const commit = (callId: string, actualDurationSeconds: number): Promise<Answer> =>
  client.send('POST', `${BILLING}/commit-credits`, { callId, actualDurationSeconds });
const ofTenant = (path: string): string => `${ORGANIZATIONS}/${tenant.orgId}${path}`;

/** An operator who is let in at the webhook too. */
const asVapi = (): HttpClient => operator.with({ 'x-vapi-secret': engine.webhookSecret });

type Exchange = [method: string, route: string, status: number, send: () => Promise<Answer>];

const EXCHANGES: Exchange[] = [
  ['GET', `${BILLING}/wallet`, 200, () => client.get(`${BILLING}/wallet`)],
  ['GET', `${BILLING}/wallet`, 401, () => new HttpClient(engine.url, {}).get(`${BILLING}/wallet`)],
  ['GET', `${BILLING}/wallet/transactions`, 200, () => client.get(`${BILLING}/wallet/transactions?includeHolds=true`)],
  ['GET', `${BILLING}/wallet/transactions`, 400, () => client.get(`${BILLING}/wallet/transactions?limit=0`)],
  [
    'POST',
    `${BILLING}/deduct-asset`,
    201,
    () => client.post(`${BILLING}/deduct-asset`, { assetType: 'did', costPence: 1 }),
  ],
  [
    'POST',
    `${BILLING}/deduct-asset`,
    402,
    () => client.post(`${BILLING}/deduct-asset`, { assetType: 'did', costPence: 1e9 }),
  ],
  ...[`${BILLING}/deduct-asset`, 'api/vapi/webhook'].flatMap((route): Exchange[] => [
    ['POST', route, 413, () => operator.post(route, undefined, { raw: `"${'x'.repeat(11_000_000)}"` })],
    ['POST', route, 415, () => asVapi().post(route, undefined, { raw: 'x', headers: { 'content-type': 'text/csv' } })],
  ]),
  ['POST', `${BILLING}/reserve-credits`, 201, () => hold(randomUUID())],
  ['POST', `${BILLING}/reserve-credits`, 200, () => hold('running')],
  ['POST', `${BILLING}/commit-credits`, 200, () => commit('talked', 61.5)],
  ['POST', `${BILLING}/commit-credits`, 200, () => commit('silent', 0)],
  [
    'POST',
    `${BILLING}/release-credits`,
    404,
    () => client.send('POST', `${BILLING}/release-credits`, { callId: 'unknown' }),
  ],
  [
    'POST',
    `${BILLING}/release-credits`,
    200,
    () => client.send('POST', `${BILLING}/release-credits`, { callId: 'released' }),
  ],
  ['GET', `${BILLING}/reservations`, 200, () => client.get(`${BILLING}/reservations`)],
  ['GET', `${BILLING}/reservations/{callId}`, 200, () => client.get(`${BILLING}/reservations/talked`)],
  ['GET', `${BILLING}/quote`, 200, () => client.get(`${BILLING}/quote?seconds=187.4`)],
  ['GET', `${BILLING}/calls/{callId}`, 200, () => client.get(`${BILLING}/calls/talked`)],
  ['POST', `${NUMBERS}/provision`, 201, () => client.post(`${NUMBERS}/provision`, PURCHASE)],
  ['POST', `${NUMBERS}/provision`, 502, () => client.post(`${NUMBERS}/provision`, { ...PURCHASE, areaCode: '556' })],
  ['POST', `${NUMBERS}/provision`, 422, () => client.post(`${NUMBERS}/provision`, { ...PURCHASE, areaCode: '555' })],
  ['GET', `${NUMBERS}/numbers`, 200, () => client.get(`${NUMBERS}/numbers`)],
  ['GET', `${NUMBERS}/numbers/{phoneNumber}`, 200, () => client.get(`${NUMBERS}/numbers/${phoneNumber}`)],
  ['GET', `${NUMBERS}/available-numbers`, 200, () => client.get(`${NUMBERS}/available-numbers?country=US`)],
  ['GET', `${NUMBERS}/status`, 200, () => client.get(`${NUMBERS}/status`)],
  ['GET', `${NUMBERS}/status`, 200, () => operator.get(`${NUMBERS}/status`)],
  ['DELETE', `${NUMBERS}/numbers/{phoneNumber}`, 200, () => client.delete(`${NUMBERS}/numbers/${phoneNumber}`)],
  ['POST', ORGANIZATIONS, 201, () => operator.send('POST', ORGANIZATIONS, { name: 'Another' })],
  ['GET', ORGANIZATIONS, 200, () => operator.get(`${ORGANIZATIONS}?limit=1`)],
  [
    'PATCH',
    `${ORGANIZATIONS}/{orgId}`,
    200,
    () => operator.patch(ofTenant(''), { rateCard: { pencePerMinute: 12.34 } }),
  ],
  [
    'POST',
    `${ORGANIZATIONS}/{orgId}/credits`,
    201,
    () => operator.post(ofTenant('/credits'), { type: 'bonus', amountPence: 5 }),
  ],
  [
    'POST',
    `${ORGANIZATIONS}/{orgId}/api-keys`,
    201,
    () => operator.send('POST', ofTenant('/api-keys'), { name: 'second' }),
  ],
  ['GET', `${ORGANIZATIONS}/{orgId}/api-keys`, 200, () => operator.get(ofTenant('/api-keys'))],
  [
    'PUT',
    `${ORGANIZATIONS}/{orgId}/phone-numbers/{vapiPhoneNumberId}`,
    200,
    () => operator.send('PUT', ofTenant('/phone-numbers/n1'), { assistantId: 'a1' }),
  ],
  ['GET', 'api/admin/webhook-deliveries', 200, () => operator.get('api/admin/webhook-deliveries')],
  ['GET', 'api/admin/calls', 200, () => operator.get('api/admin/calls')],
  ['GET', 'api/admin/price-list', 200, () => operator.get('api/admin/price-list')],
  ['GET', 'api/admin/phone-number-orphans', 200, () => operator.get('api/admin/phone-number-orphans')],
  ...[200, 200, 409].map((status, i): Exchange => {
    const end = () =>
      operator.send('POST', `api/admin/phone-numbers/${stuck[i]}/end`, { reason: 'the account is closed' });
    return ['POST', 'api/admin/phone-numbers/{id}/end', status, end];
  }),
  [
    'POST',
    'api/admin/phone-numbers/{id}/end',
    404,
    () => operator.send('POST', `api/admin/phone-numbers/${randomUUID()}/end`, { reason: 'x' }),
  ],
  ['GET', 'api/admin/reconciliation', 200, () => operator.get('api/admin/reconciliation')],
  ['POST', 'api/admin/reservations/cleanup', 200, () => operator.send('POST', 'api/admin/reservations/cleanup')],
  ['GET', 'health/live', 200, () => operator.get('health/live')],
  ['GET', 'health/ready', 200, () => operator.get('health/ready')],
  ['GET', 'metrics', 200, () => operator.get('metrics')],
];

it.each(EXCHANGES)('%s /%s answers %i as the document says', async (method, route, status, send) => {
  const answer = await send();
  expect({ status: answer.status, deviations: deviations(document, method, `/${route}`, answer) }).toEqual({
    status,
    deviations: [],
  });
});

it('every route that takes a body says that it may be too large, or of another type', () => {
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ route: `${method} ${path}`, operation })),
  );
  const withBody = routes.filter(({ operation }) => operation.requestBody);
  expect(withBody.length).toBeGreaterThan(15);
  const silent = withBody.filter(({ operation: { responses } }) => !responses[413] || !responses[415]);
  expect(silent.map(({ route }) => route)).toEqual([]);
});

it('amounts and whole seconds are integers, rates are not', () => {
  const { WalletAnswer, CommitAnswer, CreateOrganizationBody, RateCardBody } = document.components.schemas;
  expect([
    WalletAnswer?.properties?.balancePence?.type,
    CommitAnswer?.properties?.billedSeconds?.type,
    CreateOrganizationBody?.properties?.debtLimitPence?.type,
    RateCardBody?.properties?.pencePerMinute?.type,
  ]).toEqual(['integer', 'integer', 'integer', 'number']);
});

it('says which end of a span of time belongs to it', () => {
  const { parameters = [] } = document.paths['/api/billing/wallet/transactions']?.get ?? {};
  const described = (name: string) => parameters.find((parameter) => parameter.name === name)?.description;
  expect([described('from'), described('to')]).toEqual([
    expect.stringContaining('from this time on'),
    expect.stringContaining('before this time'),
  ]);
});

it('says how an engine that is not ready answers', () => {
  expect(document.paths['/health/ready']?.get?.responses[503]?.content?.['application/json']?.schema).toBeDefined();
});

import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { operatorOf, type Answer, type HttpClient } from '../support/http-client';
import { stuckNumber } from '../support/stuck-numbers';
import { topUp } from '../support/tenant';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
type Operation = { readonly requestBody?: { content: Record<string, { schema: Schema }> } };
type Body = Readonly<Record<string, unknown>>;
interface Sending {
  readonly path: string;
  readonly body: Body;
}

/** Per documented route: a call that succeeds as often as it is made, with nothing but what the route requires. */
const SENDINGS: Readonly<Record<string, (orgId: string) => Sending>> = {
  'POST /api/admin/organizations': () => ({ path: 'api/admin/organizations', body: { name: 'Null Ltd' } }),
  'PATCH /api/admin/organizations/{orgId}': (orgId) => ({ path: `api/admin/organizations/${orgId}`, body: {} }),
  'POST /api/admin/organizations/{orgId}/credits': (orgId) => ({
    path: `api/admin/organizations/${orgId}/credits`,
    body: { type: 'topup', amountPence: 1 },
  }),
  'POST /api/admin/organizations/{orgId}/api-keys': (orgId) => ({
    path: `api/admin/organizations/${orgId}/api-keys`,
    body: { name: 'backend' },
  }),
  'PUT /api/admin/organizations/{orgId}/phone-numbers/{vapiPhoneNumberId}': (orgId) => ({
    path: `api/admin/organizations/${orgId}/phone-numbers/number-of-the-null-spec`,
    body: { assistantId: 'a-1' },
  }),
  'POST /api/admin/phone-numbers/{id}/end': () => ({
    path: `api/admin/phone-numbers/${stuckId}/end`,
    body: { reason: 'the account is closed' },
  }),
  'PUT /api/admin/price-list': () => ({
    path: 'api/admin/price-list',
    body: { prices: [{ country: 'US', numberType: 'local', pricePence: 1_000 }] },
  }),
  'POST /api/managed-telephony/provision': () => ({
    path: 'api/managed-telephony/provision',
    body: { country: 'US', numberType: 'local', direction: 'inbound' },
  }),
  'POST /api/billing/deduct-asset': () => ({
    path: 'api/billing/deduct-asset',
    body: { assetType: 'did', costPence: 1 },
  }),
  'POST /api/billing/reserve-credits': () => ({ path: 'api/billing/reserve-credits', body: { callId: 'null-call' } }),
  'POST /api/billing/commit-credits': () => ({
    path: 'api/billing/commit-credits',
    body: { callId: 'null-call', actualDurationSeconds: 61 },
  }),
  'POST /api/billing/release-credits': () => ({
    path: 'api/billing/release-credits',
    body: { callId: 'a-call-for-nothing' },
  }),
};

let engine: TestEngine;
let orgId: string;
/** An order that an operator may end. */
let stuckId: string;
let operator: HttpClient;
/** Route → its body's schema, of every route with a body that is not a webhook's or an old client's. */
let routes: Map<string, Schema>;
let schemas: Readonly<Record<string, Schema>>;

beforeAll(async () => {
  engine = await startTestEngine();
  const stuck = await stuckNumber(engine, '557');
  stuckId = stuck.id;
  orgId = stuck.tenant.orgId;
  await topUp(engine, orgId, 100_000);
  operator = operatorOf(engine, orgId);
  await operator.post('api/billing/reserve-credits', { callId: 'a-call-for-nothing' });
  const document = (await operator.get('openapi.json')).body as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  };
  schemas = document.components.schemas;
  routes = new Map(
    Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/api/') && !path.startsWith('/api/vapi/'))
      .flatMap(([path, operations]) =>
        Object.entries(operations).flatMap(([method, { requestBody }]): [string, Schema][] =>
          requestBody ? [[`${method.toUpperCase()} ${path}`, requestBody.content['application/json']!.schema]] : [],
        ),
      ),
  );
});

afterAll(() => engine.stop());

/** A class's schema stands among the components; a field that is a class names it through `allOf` or directly. */
function resolved(schema: Schema): Schema {
  const { $ref, allOf } = schema;
  if ($ref !== undefined) return schemas[$ref.split('/').at(-1)!]!;
  return allOf?.length === 1 ? resolved(allOf[0]!) : schema;
}

/** Each optional field by itself set to null, also those inside a field that is an object. */
function withNulls(schema: Schema): Body[] {
  const { properties = {}, required = [] } = resolved(schema);
  return Object.entries(properties).flatMap(([field, inner]) => [
    ...(required.includes(field) ? [] : [{ [field]: null }]),
    ...withNulls(inner).map((nested) => ({ [field]: nested })),
  ]);
}

const succeeded = ({ status, text }: Answer): unknown => (status < 300 ? 'success' : { status, text });

it('every write route is looked at', () => {
  expect([...routes.keys()].sort()).toEqual(Object.keys(SENDINGS).sort());
  const optional = [...routes].flatMap(([route, schema]) => withNulls(schema).map((nulls) => ({ route, nulls })));
  expect(optional).toEqual(
    expect.arrayContaining([
      { route: 'POST /api/managed-telephony/provision', nulls: { areaCode: null } },
      { route: 'POST /api/admin/organizations/{orgId}/credits', nulls: { refundOf: null } },
      { route: 'POST /api/admin/organizations', nulls: { rateCard: { pencePerMinute: null } } },
    ]),
  );
});

it.each(Object.keys(SENDINGS))('%s takes null for an optional field as left out', async (route) => {
  const { path, body } = SENDINGS[route]!(orgId);
  const method = route.split(' ')[0]!;
  const send = (sent: Body, key: string): Promise<Answer> =>
    operator.send(method, path, sent, { headers: { 'idempotency-key': key } });
  for (const nulls of withNulls(routes.get(route)!)) {
    const key = randomUUID();
    const first = await send({ ...body, ...nulls }, key);
    expect({ nulls, answer: succeeded(first) }).toEqual({ nulls, answer: 'success' });
    const second = await send(body, key);
    expect({ nulls, answer: succeeded(second) }).toEqual({ nulls, answer: 'success' });
    // Routes without keys make something new, or tell what happened first.
    if (second.headers.has('idempotent-replayed')) expect(second.body).toEqual(first.body);
  }
});

it.each(['POST /api/managed-telephony/provision', 'POST /api/admin/organizations/{orgId}/credits'])(
  '%s with null and without is one request under one key',
  async (route) => {
    const { path, body } = SENDINGS[route]!(orgId);
    const nulls = Object.assign({}, ...withNulls(routes.get(route)!)) as Body;
    const key = randomUUID();
    const first = await operator.post(path, { ...body, ...nulls }, { key });
    const second = await operator.post(path, body, { key });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.body).toEqual(first.body);
  },
);

it('changes nothing where it is left out of a change', async () => {
  const path = `api/admin/organizations/${orgId}`;
  const before = await operator.get(path);
  const nulls = Object.assign({}, ...withNulls(routes.get('PATCH /api/admin/organizations/{orgId}')!)) as Body;
  expect((await operator.patch(path, { ...nulls, rateCard: null })).body).toEqual(before.body);
  expect((await operator.patch(path, { rateCard: { pencePerMinute: null } })).body).toEqual(before.body);
});

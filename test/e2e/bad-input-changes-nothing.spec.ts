import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, operatorOf, type Answer, type HttpClient } from '../support/http-client';
import { query } from '../support/money';
import { makeTenant, type Tenant } from '../support/tenant';

let engine: TestEngine;
let tenant: Tenant;
let client: HttpClient;
let operator: HttpClient;
let before: string;

beforeAll(async () => {
  engine = await startTestEngine();
  tenant = await makeTenant(engine, { balancePence: 5_000 });
  client = clientOf(engine, tenant);
  operator = operatorOf(engine);
  await client.post('api/billing/reserve-credits', { callId: 'running' });
  before = await book();
});

afterEach(async () => {
  const was = before;
  before = await book();
  expect(before).toBe(was); // whatever was sent
});

afterAll(() => engine.stop());

/** Every row that a request might have written, as one short text. */
async function book(): Promise<string> {
  const tables = [
    'wallets',
    'credit_transactions',
    'credit_reservations',
    'organizations',
    'api_keys',
    'arrears',
    'calls',
  ];
  const hashes = tables.map((table) => `(select md5(string_agg(t::text, ',' order by t::text)) from ${table} t)`);
  const [row] = await query<{ book: string }>(
    engine.settings.databaseUrl,
    `select concat_ws(' ', ${hashes.join()}) as book`,
  );
  return row!.book;
}

/** A refusal that says so: 4xx, a problem document, a stable code. Never a fault. */
function expectRefused({ status, headers, body, text }: Answer, codes = ['invalid_request']): void {
  expect({ status, text }).toEqual({ status: expect.any(Number), text: expect.not.stringContaining('internal_error') });
  expect(Math.floor(status / 100)).toBe(4);
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(codes).toContain(body.code);
}

/** A route, and what it takes when nothing is wrong. Values are JSON, to say what JSON.stringify cannot. */
interface Target {
  readonly route: string;
  readonly valid: Readonly<Record<string, string>>;
}

const TARGETS: Record<string, Target> = {
  deduct: { route: 'api/billing/deduct-asset', valid: { assetType: '"did"', costPence: '10', description: '"x"' } },
  reserve: {
    route: 'api/billing/reserve-credits',
    valid: { callId: '"call"', vapiCallId: '"vapi"', estimatedMinutes: '5' },
  },
  commit: { route: 'api/billing/commit-credits', valid: { callId: '"running"', actualDurationSeconds: '61' } },
  release: { route: 'api/billing/release-credits', valid: { callId: '"running"', reason: '"x"' } },
  credit: { route: 'credits', valid: { type: '"topup"', amountPence: '10', description: '"x"' } },
  organization: {
    route: 'api/admin/organizations',
    valid: { name: '"x"', debtLimitPence: '0', estimatedMinutes: '5' },
  },
};

function send(
  { route }: Target,
  raw: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const isOperators = route === 'credits' || route.startsWith('api/admin');
  const path = route === 'credits' ? `api/admin/organizations/${tenant.orgId}/credits` : route;
  return (isOperators ? operator : client).post(path, undefined, { raw, headers });
}

const bodyWith = (target: Target, change: Readonly<Record<string, string>>): string =>
  `{${Object.entries({ ...target.valid, ...change })
    .map(([field, value]) => `${JSON.stringify(field)}:${value}`)
    .join()}}`;

const NUMBERS = [
  '"10"',
  '10.5',
  '-1',
  '1e309',
  '-1e309',
  '9007199254740993',
  '9223372036854775808',
  '1e21',
  'true',
  '[]',
  '[10]',
  '{}',
  '""',
];
/** For a duration zero and fractions are fine; for a debt limit zero is. */
const AMOUNTS = [...NUMBERS, '0', '-0', '0.1', 'null', '2e-1'];
const BLANKS = ['""', '" "', '" \\u00a0"'];
const TEXTS = [
  ...BLANKS,
  '"a\\u0000b"',
  '"\\ud800"',
  '"x\\udc00y"',
  '7',
  'true',
  '[]',
  '["call"]',
  '{}',
  `"${'x'.repeat(256)}"`,
];
const LONG_TEXTS = ['"a\\u0000b"', '"\\ud800"', '"x\\udc00y"', '7', '[]', '{}', `"${'x'.repeat(1_001)}"`];

const BAD_FIELDS: [keyof typeof TARGETS, string, string[]][] = [
  ['deduct', 'costPence', AMOUNTS],
  ['deduct', 'assetType', [...TEXTS, '"topup"', '"DID"', 'null']],
  ['deduct', 'description', LONG_TEXTS],
  ['reserve', 'callId', [...TEXTS, 'null', '"a\\nb"', '"a\\u007fb"']],
  ['reserve', 'vapiCallId', [...TEXTS, '"a\\r\\nb"']],
  ['reserve', 'estimatedMinutes', [...NUMBERS, '0', '-0', '721', '0.5']],
  ['commit', 'callId', [...TEXTS, 'null']],
  [
    'commit',
    'actualDurationSeconds',
    ['"61"', '-1', '-0.1', '1e309', '2592001', '9007199254740993', 'true', '[]', '[61]', '{}', 'null', '""'],
  ],
  ['release', 'callId', [...TEXTS, 'null']],
  ['release', 'reason', LONG_TEXTS],
  ['credit', 'amountPence', AMOUNTS],
  ['credit', 'type', [...TEXTS, '"did"', 'null']],
  ['credit', 'description', LONG_TEXTS],
  ['organization', 'name', [...BLANKS, '"a\\u0000b"', '"\\ud800"', '7', '[]', 'null', `"${'x'.repeat(201)}"`]],
  ['organization', 'debtLimitPence', NUMBERS],
  ['organization', 'estimatedMinutes', [...NUMBERS, '0', '721']],
];

describe('a field that is not what it should be', () => {
  it.each(BAD_FIELDS)('%s.%s is refused, and says which field', async (name, field, values) => {
    const target = TARGETS[name]!;
    for (const value of values) {
      const answer = await send(target, bodyWith(target, { [field]: value }));
      expectRefused(answer);
      const errors = answer.body.errors as { path: string }[];
      expect({ value, paths: errors.map(({ path }) => path) }).toEqual({
        value,
        paths: expect.arrayContaining([field]),
      });
    }
  });

  it.each(Object.entries(TARGETS))('%s: a field nobody knows is refused', async (_, target) => {
    for (const extra of ['"orgId":"x"', '"balancePence":1', '"createdBy":"me"', '"":1']) {
      expectRefused(await send(target, `${bodyWith(target, {}).slice(0, -1)},${extra}}`));
    }
  });

  it.each(Object.entries(TARGETS))('%s: a field that aims at the prototype is refused', async (_, target) => {
    for (const extra of ['"__proto__":{"admin":true}', '"constructor":{"prototype":{"admin":true}}']) {
      expectRefused(await send(target, `${bodyWith(target, {}).slice(0, -1)},${extra}}`));
    }
    expectRefused(await send(target, `{"__proto__":${bodyWith(target, {})}}`));
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it.each(Object.entries(TARGETS))(
    '%s: NaN, hexadecimal and other things that are no JSON are refused',
    async (_, target) => {
      for (const value of ['NaN', 'Infinity', '0x10', '010', '+1', '.5', "'a'", 'undefined', '1n']) {
        expectRefused(await send(target, bodyWith(target, { [Object.keys(target.valid)[1]!]: value })));
      }
    },
  );

  it.each(Object.entries(TARGETS))('%s: an id of a megabyte is refused by its size', async (_, target) => {
    const huge = JSON.stringify('x'.repeat(1_048_576));
    expectRefused(await send(target, bodyWith(target, { [Object.keys(target.valid)[0]!]: huge })), [
      'payload_too_large',
    ]);
  });
});

const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

describe('a body that is not what it should be', () => {
  it.each([
    ['empty', ''],
    ['white space', ' \n'],
    ['cut off', '{"assetType":"did","costPence":10'],
    ['followed by more', '{"assetType":"did","costPence":10}{}'],
    ['with a comma too many', '{"assetType":"did","costPence":10,}'],
    ['a list', '[{"assetType":"did","costPence":10}]'],
    ['a text', '"did"'],
    ['a number', '10'],
    ['null', 'null'],
    ['HTML', '<html></html>'],
    ['a form', 'assetType=did&costPence=10'],
    ['lists 5 000 deep', deep('[', ']', 5_000)],
    ['lists 100 000 deep', deep('[', ']', 100_000)],
    ['objects 20 000 deep', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
    ['only opened', '['.repeat(100_000)],
    ['with 20 000 fields', `{${Array.from({ length: 20_000 }, (_, i) => `"f${i}":1`).join()}}`],
  ])('%s is refused', async (_, raw) => {
    for (const target of [TARGETS.deduct!, TARGETS.commit!, TARGETS.credit!]) expectRefused(await send(target, raw));
  });

  it('is told at most twenty errors', async () => {
    const raw = `{${Array.from({ length: 500 }, (_, i) => `"f${i}":1`).join()}}`;
    const { text } = await send(TARGETS.credit!, raw);
    expect(text.length).toBeLessThan(5_000);
  });

  it('that is no UTF-8 is refused: two different ids must not become one', async () => {
    const bytes = Buffer.concat([Buffer.from('{"callId":"call-'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expectRefused(await send(TARGETS.reserve!, new Uint8Array(bytes)));
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonx',
    'image/png',
    'nonsense',
  ])('of type %s is refused', async (type) => {
    const valid = bodyWith(TARGETS.deduct!, {});
    expectRefused(await send(TARGETS.deduct!, valid, { 'content-type': type }), ['unsupported_media_type']);
  });

  it('that is missing is refused', async () => {
    for (const route of ['deduct-asset', 'reserve-credits', 'commit-credits', 'release-credits']) {
      expectRefused(await client.post(`api/billing/${route}`), ['invalid_request', 'unsupported_media_type']);
    }
  });

  it('that is packed is refused, not unpacked', async () => {
    const packed = new Uint8Array(gzipSync(bodyWith(TARGETS.deduct!, {})));
    expectRefused(await send(TARGETS.deduct!, packed, { 'content-encoding': 'gzip' }), ['unsupported_media_type']);
  });
});

describe('a request that is not what it should be', () => {
  /** Header by header, as fetch would not let us. */
  function rawRequest(
    headers: string[],
    body: string,
    path = '/api/billing/deduct-asset',
  ): Promise<{ status: number; text: string }> {
    const { port } = new URL(engine.url);
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method: 'POST' }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      sent.on('error', reject);
      const common = ['Authorization', `Bearer ${tenant.key}`, 'Content-Type', 'application/json'];
      const all = [...common, ...headers];
      const values = new Map<string, string[]>();
      for (let i = 0; i < all.length; i += 2) values.set(all[i]!, [...(values.get(all[i]!) ?? []), all[i + 1]!]);
      for (const [name, list] of values) sent.setHeader(name, list.length === 1 ? list[0]! : list);
      sent.end(body);
    });
  }

  it('with two idempotency keys is refused: which was meant cannot be told', async () => {
    const body = bodyWith(TARGETS.deduct!, {});
    for (const keys of [
      ['a', 'b'],
      ['a', 'a'],
      ['', 'a'],
    ]) {
      const { status, text } = await rawRequest(
        keys.flatMap((key) => ['Idempotency-Key', key]),
        body,
      );
      expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining('"code":"i') });
    }
  });

  it('with two organizations is refused', async () => {
    const ids = [tenant.orgId, randomUUID()];
    const { status, text } = await rawRequest(
      ['Idempotency-Key', 'a', ...ids.flatMap((id) => ['X-Org-Id', id])],
      bodyWith(TARGETS.deduct!, {}),
    );
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining('X-Org-Id') });
  });

  it.each([
    ['GET', 'api/billing/reservations/%00', [400]],
    ['GET', 'api/billing/reservations/%zz', [400]],
    ['GET', 'api/billing/reservations/%ED%A0%80', [400]],
    ['GET', `api/billing/reservations/${'x'.repeat(256)}`, [400]],
    ['GET', `api/billing/reservations/${'x'.repeat(3_000)}`, [400, 404, 414]],
    ['GET', 'api/billing/calls/%00', [400]],
    ['GET', 'api/billing/nothing', [404]],
    ['DELETE', 'api/billing/wallet', [404, 405]],
    ['PUT', 'api/billing/deduct-asset', [404, 405]],
    ['PATCH', 'api/billing/reserve-credits', [404, 405]],
  ])('%s %s is refused with a problem document', async (method, path, statuses) => {
    const { status, headers, body } = await client.send(
      method,
      path,
      method === 'GET' || method === 'DELETE' ? undefined : {},
    );
    expect(statuses).toContain(status);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ code: expect.any(String), status });
  });
});

import { randomUUID } from 'node:crypto';
import { deductAsset } from '@holdfast/ledger';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, operatorOf, type HttpClient } from '../support/http-client';
import { unitOfWork } from '../support/money';
import { allPages } from '../support/pages';
import { makeTenant, topUp, type Tenant } from '../support/tenant';

interface Transaction {
  readonly id: string;
  readonly type: string;
  readonly direction: string;
  readonly amountPence: number;
  readonly balanceBeforePence: number;
  readonly balanceAfterPence: number;
  readonly heldBeforePence: number;
  readonly heldAfterPence: number;
  readonly createdAt: string;
}

const HISTORY = 'api/billing/wallet/transactions';

let engine: TestEngine;
let tenant: Tenant;
let client: HttpClient;

beforeAll(async () => {
  engine = await startTestEngine();
});

beforeEach(async () => {
  tenant = await makeTenant(engine);
  client = clientOf(engine, tenant);
});

afterAll(() => engine.stop());

const buy = (description: string | null = null) =>
  client.post('api/billing/deduct-asset', { assetType: 'did', costPence: 10, description });

/** top-up, hold, charge, release, purchase, bonus. */
async function live(callId: string): Promise<void> {
  await topUp(engine, tenant.orgId, 1_000);
  await client.post('api/billing/reserve-credits', { callId, vapiCallId: `vapi-${callId}` });
  await client.post('api/billing/commit-credits', { callId, actualDurationSeconds: 61 });
  await buy('a number');
  const bonus = { type: 'bonus', amountPence: 5, description: 'welcome' };
  await operatorOf(engine).post(`api/admin/organizations/${tenant.orgId}/credits`, bonus, { key: 'bonus-1' });
}

describe('GET /api/billing/wallet', () => {
  it('of a new organization is empty, and low', async () => {
    const answer = await client.get('api/billing/wallet');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toEqual({
      orgId: tenant.orgId,
      currency: 'GBP',
      balancePence: 0,
      heldPence: 0,
      effectiveBalancePence: 0,
      debtLimitPence: 0,
      arrearsPence: 0,
      lowBalancePence: 0,
      isLowBalance: true,
      activeReservations: 0,
    });
  });

  it('counts what calls hold, and is low at the threshold of the effective balance', async () => {
    await operatorOf(engine).patch(`api/admin/organizations/${tenant.orgId}`, {
      lowBalancePence: 720,
      debtLimitPence: 50,
    });
    await topUp(engine, tenant.orgId, 1_000);
    expect((await client.get('api/billing/wallet')).body).toMatchObject({ isLowBalance: false });
    await client.post('api/billing/reserve-credits', { callId: randomUUID() });
    expect((await client.get('api/billing/wallet')).body).toMatchObject({
      balancePence: 1_000,
      heldPence: 280,
      effectiveBalancePence: 720,
      debtLimitPence: 50,
      lowBalancePence: 720,
      isLowBalance: true,
      activeReservations: 1,
    });
  });

  it('of an organization that does not exist is not found', async () => {
    expectProblem(await operatorOf(engine, randomUUID()).get('api/billing/wallet'), 404, 'organization_not_found');
    expectProblem(await operatorOf(engine, randomUUID()).get(HISTORY), 404, 'organization_not_found');
  });
});

describe('GET /api/billing/wallet/transactions', () => {
  it('shows every change, newest first, with before and after', async () => {
    await live('call-1');
    const { body } = await client.get(`${HISTORY}?includeHolds=true`);
    const data = body.data as Transaction[];
    expect(body.nextCursor).toBeNull();
    expect(data.map(({ type, direction, amountPence }) => [type, direction, amountPence])).toEqual([
      ['bonus', 'credit', 5],
      ['did', 'debit', 10],
      ['reservation_release', 'credit', 168],
      ['call_deduction', 'debit', 112],
      ['reservation', 'debit', 280],
      ['topup', 'credit', 1_000],
    ]);
    expect(data[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'bonus',
      direction: 'credit',
      amountPence: 5,
      balanceBeforePence: 878,
      balanceAfterPence: 883,
      heldBeforePence: 0,
      heldAfterPence: 0,
      counterAccount: 'promotions',
      callId: null,
      vapiCallId: null,
      description: 'welcome',
      idempotencyKey: 'bonus-1',
      createdBy: 'operator',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(data[4]).toMatchObject({
      counterAccount: null,
      callId: 'call-1',
      vapiCallId: 'vapi-call-1',
      heldAfterPence: 280,
    });
    for (const [i, entry] of data.slice(0, -1).entries()) {
      expect(entry.balanceBeforePence).toBe(data[i + 1]?.balanceAfterPence);
      expect(entry.heldBeforePence).toBe(data[i + 1]?.heldAfterPence);
    }
  });

  it('leaves holds out unless asked for them', async () => {
    await live('call-2');
    const types = async (search: string) =>
      ((await client.get(HISTORY + search)).body.data as Transaction[]).map(({ type }) => type);
    expect(await types('')).toEqual(['bonus', 'did', 'call_deduction', 'topup']);
    expect(await types('?includeHolds=false')).toEqual(['bonus', 'did', 'call_deduction', 'topup']);
    expect(await types('?type=reservation')).toEqual(['reservation']);
    expect(await types('?type=did')).toEqual(['did']);
    expect(await types('?callId=call-2')).toEqual(['call_deduction']);
    expect(await types('?callId=call-2&includeHolds=true')).toEqual([
      'reservation_release',
      'call_deduction',
      'reservation',
    ]);
    expect(await types('?callId=nobody')).toEqual([]);
  });

  it('filters by time: from inclusive, to exclusive, in any offset', async () => {
    await topUp(engine, tenant.orgId, 100);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await buy();
    const [bought] = (await client.get(HISTORY)).body.data as Transaction[];
    const at = bought!.createdAt;
    const amounts = async (search: string) =>
      ((await client.get(`${HISTORY}?${search}`)).body.data as Transaction[]).map(({ amountPence }) => amountPence);
    expect(await amounts(`from=${at}`)).toEqual([10]);
    expect(await amounts(`to=${at}`)).toEqual([100]);
    expect(await amounts(`from=${at}&to=${at}`)).toEqual([]);
    const inParis = encodeURIComponent(new Date(Date.parse(at) + 3_600_000).toISOString().replace('Z', '+01:00'));
    expect(await amounts(`from=${inParis}`)).toEqual([10]);
  });

  it('pages without gaps or repeats, also while new entries arrive', async () => {
    await topUp(engine, tenant.orgId, 1_000);
    for (let i = 0; i < 24; i++) await buy();
    const { body } = await client.get(`${HISTORY}?limit=10`);
    await buy();
    const rest = await allPages<Transaction>(client, `${HISTORY}?limit=10`, body.nextCursor as string);
    const seen = [...(body.data as Transaction[]), ...rest.flat()].map(({ id }) => id);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
    expect((await allPages<Transaction>(client, `${HISTORY}?limit=1`)).map((page) => page.length)).toEqual(
      Array(26).fill(1),
    );
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=1.5',
    'limit=ten',
    'limit=1&limit=2',
    'type=gift',
    'from=yesterday',
    'to=2026-13-01T00:00:00Z',
    'includeHolds=yes',
    'cursor=',
    'cursor=%00',
    'cursor=bm90IG9ycw',
    'cursor=WyJhIl0',
    'cursor=W10',
    `cursor=${'x'.repeat(201)}`,
    'callId=',
    'callId=%20',
    'callId=%00',
    `callId=${'x'.repeat(256)}`,
  ])('refuses %s', async (search) => {
    expectProblem(await client.get(`${HISTORY}?${search}`), 400, 'invalid_request', {
      errors: [{ path: expect.any(String), message: expect.any(String) }],
    });
  });

  it('is no way into another tenant’s history by a cursor', async () => {
    await topUp(engine, tenant.orgId, 1_000);
    await buy();
    const { body } = await client.get(`${HISTORY}?limit=1`);
    const other = clientOf(engine, await makeTenant(engine));
    expect((await other.get(`${HISTORY}?cursor=${String(body.nextCursor as string)}`)).body).toEqual({
      data: [],
      nextCursor: null,
    });
  });
});

describe('the history as CSV', () => {
  const csv = { headers: { accept: 'text/csv' } };

  it('is sent to who asks for it in any case, and not to who refuses it', async () => {
    const typeFor = async (accept: string) =>
      (await client.get(HISTORY, { headers: { accept } })).headers.get('content-type');
    expect(await typeFor('TEXT/CSV')).toBe('text/csv; charset=utf-8');
    expect(await typeFor('text/csv;q=0')).toMatch(/^application\/json/);
  });

  it('has one header line and one line for each change, newest first', async () => {
    await live('call-3');
    const answer = await client.get(`${HISTORY}?includeHolds=true`, csv);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = answer.text.split('\r\n');
    expect(lines).toHaveLength(8); // header, six changes, and nothing after the last line's end
    expect(lines[0]).toBe(
      'id,type,direction,amountPence,balanceBeforePence,balanceAfterPence,heldBeforePence,heldAfterPence,counterAccount,' +
        'callId,vapiCallId,description,idempotencyKey,createdBy,createdAt',
    );
    expect(lines[1]).toMatch(
      /^[0-9a-f-]{36},bonus,credit,5,878,883,0,0,promotions,,,welcome,bonus-1,operator,\d{4}-.*Z$/,
    );
    expect(lines[5]).toMatch(/,reservation,debit,280,1000,1000,0,280,,call-3,vapi-call-3,,,key:[0-9a-f-]{36},/);
    expect(lines[7]).toBe('');
  });

  it('is whole, however long, and takes the same filters', async () => {
    await topUp(engine, tenant.orgId, 100_000);
    const work = unitOfWork(engine.settings.databaseUrl);
    const request = { orgId: tenant.orgId, assetType: 'did', costPence: 1, createdBy: 'test' } as const;
    const keys = Array.from({ length: 1_200 }, () => randomUUID());
    await Promise.all(keys.map((idempotencyKey) => work.execute(deductAsset({ ...request, idempotencyKey }))));
    await work.close();
    const whole = await client.get(HISTORY, csv);
    expect(whole.text.split('\r\n')).toHaveLength(1_203);
    expect((await client.get(`${HISTORY}?type=topup&limit=1`, csv)).text.split('\r\n')).toHaveLength(3);
  });

  it('quotes what needs quoting, and defuses what a spreadsheet would run', async () => {
    await topUp(engine, tenant.orgId, 1_000);
    const texts = ['a "quoted", word', 'two\r\nlines', '=1+1', '+44 20', '-1', '@SUM(A1)', "'plain"];
    for (const text of texts) await buy(text);
    const { text } = await client.get(`${HISTORY}?type=did`, csv);
    expect(text).toContain(',"a ""quoted"", word",');
    expect(text).toContain(',"two\r\nlines",');
    for (const formula of ["'=1+1", "'+44 20", "'-1", "'@SUM(A1)"]) expect(text).toContain(`,${formula},`);
  });

  it('stores and shows any text as it was sent', async () => {
    await topUp(engine, tenant.orgId, 1_000);
    const texts = ['NULL', '{a,"b\\"}', '\\x00', 'tab\tand newline\n', 'שלום', '🦊', "'; drop table wallets; --", ''];
    for (const text of texts) await buy(text);
    const { body } = await client.get(`${HISTORY}?type=did`);
    expect((body.data as { description: string }[]).map(({ description }) => description).reverse()).toEqual(texts);
  });
});

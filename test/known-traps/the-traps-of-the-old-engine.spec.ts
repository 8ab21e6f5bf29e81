import { randomUUID } from 'node:crypto';
import { Reservations } from '@holdfast/reservation';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, operatorOf, type Answer, type HttpClient } from '../support/http-client';
import { done, expectSoundBook, journalOf, query, walletOf } from '../support/money';
import { makeTenant, type Tenant, type TenantTerms } from '../support/tenant';

let engine: TestEngine;
let tenant: Tenant;
let client: HttpClient;
let callId: string;

beforeAll(async () => {
  engine = await startTestEngine();
});

afterAll(async () => {
  await expectSoundBook(engine.settings.databaseUrl);
  await engine.stop();
});

async function become(terms: TenantTerms): Promise<void> {
  tenant = await makeTenant(engine, terms);
  client = clientOf(engine, tenant);
  callId = randomUUID();
}

const reserve = (body: object = {}): Promise<Answer> => client.post('api/billing/reserve-credits', { callId, ...body });
const commit = (actualDurationSeconds: number): Promise<Answer> =>
  client.post('api/billing/commit-credits', { callId, actualDurationSeconds });
const buy = (costPence: number, key: string = randomUUID()): Promise<Answer> =>
  client.post('api/billing/deduct-asset', { assetType: 'phone_number', costPence }, { key });
const check = (durationSeconds: number): Promise<Answer> =>
  client.post('api/vapi/webhook/status-check', { message: { call: { id: callId }, durationSeconds } });
const wallet = () => walletOf(engine.settings.databaseUrl, tenant.orgId);
const sql = (text: string, values: readonly unknown[] = []) =>
  query<Record<string, unknown>>(engine.settings.databaseUrl, text, values);

describe('traps of the engine that Holdfast replaces', () => {
  it('1: quote, hold, kill switch and charge never name two prices for one duration', async () => {
    await become({
      balancePence: 100_000,
      rateCard: { pencePerMinute: 49.5, incrementSeconds: 6, minimumSeconds: 20, connectionFeePence: 3 },
    });
    for (const minutes of [1, 5, 7]) {
      callId = randomUUID();
      const seconds = minutes * 60;
      const quoted = (await client.get(`api/billing/quote?seconds=${seconds}`)).body.costPence;
      const held = (await reserve({ estimatedMinutes: minutes })).body.reservedPence;
      const accrued = (await check(seconds)).body.accruedPence;
      const charged = (await commit(seconds)).body.actualCostPence;
      const price = 3 + Math.ceil(49.5 * minutes);
      expect({ quoted, held, accrued, charged }).toEqual({
        quoted: price,
        held: price,
        accrued: price,
        charged: price,
      });
    }
  });

  it('2: a charge is not capped at the hold: ten minutes on a hold for five cost 560p', async () => {
    await become({ balancePence: 1_000 });
    await reserve();
    expect((await commit(600)).body).toMatchObject({ reservedPence: 280, actualCostPence: 560, chargedPence: 560 });
    expect(await wallet()).toMatchObject({ balance: 440, held: 0 });
  });

  it('3: a hold does not expire while its call runs, however long ago it began', async () => {
    await become({ balancePence: 5_000 });
    await reserve();
    await sql(
      `update credit_reservations set created_at = created_at - interval '3 hours', expires_at = clock_timestamp() + interval '1 second' where call_id = $1`,
      [callId],
    );
    await check(10);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await operatorOf(engine).post('api/admin/reservations/cleanup');
    expect((await client.get(`api/billing/reservations/${callId}`)).body).toMatchObject({ status: 'active' });
    const inMinutes = await sql(
      `select extract(epoch from expires_at - clock_timestamp()) / 60 as minutes from credit_reservations where call_id = $1`,
      [callId],
    );
    expect(Number(inMinutes[0]!.minutes)).toBeGreaterThan(29);
  });

  it('4: an error while charging is not swallowed: the caller sees it, the hold stays, and the repeat charges', async () => {
    await become({ balancePence: 1_000 });
    await reserve();
    await sql(
      `create function broken() returns trigger language plpgsql as $$ begin raise exception 'disk on fire'; end $$`,
    );
    await sql(
      `create trigger broken before insert on credit_transactions for each row when (new.type = 'call_deduction') execute function broken()`,
    );
    const failed = await commit(61);
    await sql('drop function broken cascade');
    expectProblem(failed, 500, 'internal_error');
    expect(failed.text).not.toContain('fire');
    expect(await wallet()).toEqual({ balance: 1_000, held: 280, arrears: 0, active: 1 });
    expect((await commit(61)).body).toMatchObject({ chargedPence: 112, duplicate: false });
  });

  it('5: no key is ever made up: without one nothing is bought, and a retry with one pays once', async () => {
    await become({ balancePence: 5_000 });
    expectProblem(
      await client.send('POST', 'api/billing/deduct-asset', { assetType: 'did', costPence: 1_000 }),
      400,
      'idempotency_key_required',
    );
    for (let retry = 0; retry < 3; retry++) expect((await buy(1_000, 'order-1')).status).toBe(201);
    expect(await journalOf(engine.settings.databaseUrl, tenant.orgId)).toEqual({ phone_number: 1, topup: 1 });
  });

  it('6: a duplicate is noticed before the wallet is debited: no balance in between was ever lower', async () => {
    await become({ balancePence: 1_000 });
    const answers = await Promise.all(Array.from({ length: 25 }, () => buy(1_000, 'order-1')));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(
      (
        await sql(
          'select min(balance_after_pence) as lowest, count(*) as rows from credit_transactions where org_id = $1',
          [tenant.orgId],
        )
      )[0],
    ).toEqual({ lowest: '0', rows: '2' });
  });

  it('7: what calls hold is kept, not added up at every reserve: 1 000 running calls cost no more than one', async () => {
    await become({ balancePence: 1_000_000 });
    const reservations = engine.engine.app.get(Reservations, { strict: false });
    const by = { orgId: tenant.orgId, createdBy: 'test' };
    await Promise.all(
      Array.from({ length: 1_000 }, async () => done(await reservations.reserve({ ...by, callId: randomUUID() }))),
    );
    expect(await wallet()).toMatchObject({ held: 280_000, active: 1_000 });
    const busy = await startTestEngine({ databaseUrl: engine.settings.databaseUrl });
    const before = await rowsRead();
    for (let i = 0; i < 10; i++)
      done(await busy.engine.app.get(Reservations, { strict: false }).reserve({ ...by, callId: randomUUID() }));
    await busy.stop(); // a backend's figures show when it ends
    expect((await rowsRead()) - before).toBeLessThan(100);
  });

  it('8: a call whose own hold is the whole wallet runs to its last paid second', async () => {
    await become({ balancePence: 280 });
    expect((await reserve()).body).toMatchObject({ reservedPence: 280, effectiveBalancePence: 0 });
    expect((await check(0)).body).toMatchObject({ endCall: false, remainingSeconds: 300 });
    expect((await check(241)).body).toMatchObject({
      endCall: false,
      message: expect.any(String),
      remainingSeconds: 59,
    });
    expect((await check(299)).body).toMatchObject({ endCall: false, remainingSeconds: 1, nextCheckSeconds: 1 });
    expect((await check(300)).body).toMatchObject({ endCall: true, remainingSeconds: 0 });
  });

  it('10: a purchase looks at what is not held: 1 000p of which a call holds 280p buy nothing for 721p', async () => {
    await become({ balancePence: 1_000 });
    await reserve();
    expectProblem(await buy(721), 402, 'insufficient_balance', {
      balancePence: 1_000,
      effectiveBalancePence: 720,
      shortfallPence: 1,
    });
    expect((await buy(720)).status).toBe(201);
  });

  it('11: money has more than 32 bits, from the request to the column and back', async () => {
    await become({ balancePence: 9_007_199_254_740_991, rateCard: { pencePerMinute: 1_000_000 } });
    expect((await buy(2 ** 40 + 1)).body).toMatchObject({
      costPence: 1_099_511_627_777,
      balanceAfterPence: 9_006_099_743_113_214,
    });
    expect((await reserve({ estimatedMinutes: 720 })).body).toMatchObject({ reservedPence: 720_000_000 });
    expect((await commit(2_592_000)).body).toMatchObject({
      actualCostPence: 43_200_000_000,
      balanceAfterPence: 9_006_056_543_113_214,
    });
    const narrow = `select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and column_name like '%pence%' and data_type <> 'bigint'`;
    expect(await sql(narrow)).toEqual([]);
  });
});

async function rowsRead(): Promise<number> {
  const [row] = await sql(
    `select seq_tup_read + coalesce(idx_tup_fetch, 0) as rows from pg_stat_user_tables where relname = 'credit_reservations'`,
  );
  return Number(row!.rows);
}

import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, operatorOf, type Answer, type HttpClient } from '../support/http-client';
import { expectSoundBook, journalOf, query, walletOf } from '../support/money';
import { allPages } from '../support/pages';
import { makeTenant, topUp, type Tenant, type TenantTerms } from '../support/tenant';

const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

let engine: TestEngine;
let tenant: Tenant;
let client: HttpClient;
let callId: string;

beforeAll(async () => {
  engine = await startTestEngine();
});

beforeEach(async () => {
  await become({ balancePence: 1_000 });
});

afterAll(async () => {
  await expectSoundBook(engine.settings.databaseUrl);
  await engine.stop();
});

async function become(terms: TenantTerms): Promise<void> {
  tenant = await makeTenant(engine, terms);
  client = clientOf(engine, tenant);
  callId = `call-${randomUUID()}`;
}

const reserve = (body: object = {}): Promise<Answer> =>
  client.send('POST', 'api/billing/reserve-credits', { callId, ...body });
const commit = (actualDurationSeconds: number): Promise<Answer> =>
  client.send('POST', 'api/billing/commit-credits', { callId, actualDurationSeconds });
const release = (body: object = {}): Promise<Answer> =>
  client.send('POST', 'api/billing/release-credits', { callId, ...body });
const reservation = (): Promise<Answer> => client.get(`api/billing/reservations/${callId}`);
const wallet = () => walletOf(engine.settings.databaseUrl, tenant.orgId);

/** As if the sweep had found the hold 30 minutes after its last sign of life. */
async function expire(): Promise<void> {
  await query(
    engine.settings.databaseUrl,
    `update credit_reservations set expires_at = created_at where call_id = $1`,
    [callId],
  );
  await operatorOf(engine).post('api/admin/reservations/cleanup');
}

describe('reserving a call', () => {
  it('holds the price of the estimate and says how long the call may last', async () => {
    const answer = await reserve({ vapiCallId: 'vapi-1', estimatedMinutes: 10 });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      reservationId: UUID,
      callId,
      status: 'active',
      reservedPence: 560,
      grantedSeconds: 600,
      partial: false,
      duplicate: false,
      balancePence: 1_000,
      effectiveBalancePence: 440,
      activeReservationsPence: 560,
      expiresAt: TIME,
    });
    const inMinutes = (Date.parse(String(answer.body.expiresAt)) - Date.now()) / 60_000;
    expect(inMinutes).toBeGreaterThan(29);
    expect(inMinutes).toBeLessThanOrEqual(30.1);
  });

  it('is for five minutes unless told otherwise', async () => {
    expect((await reserve({ vapiCallId: null, estimatedMinutes: null })).body).toMatchObject({
      reservedPence: 280,
      grantedSeconds: 300,
    });
  });

  it('again answers 200 with the same reservation and holds nothing more', async () => {
    const { body: first } = await reserve();
    const again = await reserve({ estimatedMinutes: 10 });
    expect(again.status).toBe(200);
    const { reservationId, reservedPence, grantedSeconds, expiresAt } = first;
    expect(again.body).toMatchObject({ reservationId, reservedPence, grantedSeconds, expiresAt, duplicate: true });
    expect(await wallet()).toEqual({ balance: 1_000, held: 280, arrears: 0, active: 1 });
  });

  it('with little money holds whole increments, and the debt limit counts', async () => {
    await become({ balancePence: 100, debtLimitPence: 100 });
    expect((await reserve()).body).toMatchObject({
      reservedPence: 168,
      grantedSeconds: 180,
      partial: true,
      effectiveBalancePence: -68,
    });
  });

  it('without money for one increment is refused, and may succeed later', async () => {
    await become({ balancePence: 55 });
    expectProblem(await reserve(), 402, 'insufficient_balance', {
      balancePence: 55,
      effectiveBalancePence: 55,
      requiredPence: 56,
      shortfallPence: 1,
    });
    expectProblem(await reservation(), 404, 'reservation_not_found');
    await topUp(engine, tenant.orgId, 1);
    expect((await reserve()).status).toBe(201);
  });

  it('that another tenant has is a conflict, which tells nothing', async () => {
    await reserve();
    const foreign = callId;
    await become({ balancePence: 1_000 });
    callId = foreign;
    const answer = await reserve();
    expectProblem(answer, 409, 'call_id_conflict');
    expect(Object.keys(answer.body).sort()).toEqual([
      'code',
      'detail',
      'instance',
      'requestId',
      'status',
      'title',
      'type',
    ]);
  });

  it('without prepaid billing holds nothing and lets it run', async () => {
    await become({ prepaidBilling: false });
    expect((await reserve()).body).toMatchObject({ reservedPence: 0, grantedSeconds: 43_200, partial: false });
    expect((await commit(61)).body).toMatchObject({ actualCostPence: 112, uncollectedPence: 112 });
  });
});

describe('committing a call', () => {
  it('charges what it cost and releases the rest', async () => {
    await reserve();
    const answer = await commit(180);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      transactionId: UUID,
      callId,
      status: 'committed',
      reservedPence: 280,
      actualCostPence: 168,
      chargedPence: 168,
      releasedPence: 112,
      uncollectedPence: 0,
      billedSeconds: 180,
      balanceBeforePence: 1_000,
      balanceAfterPence: 832,
      effectiveBalancePence: 832,
      duplicate: false,
      late: false,
    });
    expect(await wallet()).toEqual({ balance: 832, held: 0, arrears: 0, active: 0 });
  });

  it.each([
    [0.2, 60, 56],
    [60, 60, 56],
    [60.01, 120, 112],
    [299.999, 300, 280],
    [301, 360, 336],
    [3_600, 3_600, 3_360],
  ])('of %d s bills %d s for %dp, however much was held', async (seconds, billedSeconds, actualCostPence) => {
    await become({ balancePence: 5_000 });
    await reserve();
    expect((await commit(seconds)).body).toMatchObject({
      billedSeconds,
      actualCostPence,
      chargedPence: actualCostPence,
    });
  });

  it('beyond the wallet leaves arrears, which the next credit pays first', async () => {
    await become({ balancePence: 300 });
    await reserve();
    expect((await commit(600)).body).toMatchObject({
      actualCostPence: 560,
      chargedPence: 300,
      uncollectedPence: 260,
      balanceAfterPence: 0,
    });
    expect((await client.get('api/billing/wallet')).body).toMatchObject({ arrearsPence: 260 });
    const credits = `api/admin/organizations/${tenant.orgId}/credits`;
    const credit = await operatorOf(engine).post(credits, { type: 'topup', amountPence: 1_000 });
    expect(credit.body).toMatchObject({ arrearsCollectedPence: 260, balanceAfterPence: 740 });
    expect(await journalOf(engine.settings.databaseUrl, tenant.orgId)).toEqual({
      call_deduction: 2,
      reservation: 1,
      topup: 2,
    });
  });

  it('of no length releases everything', async () => {
    await reserve();
    expect((await commit(0)).body).toMatchObject({
      transactionId: null,
      status: 'released',
      chargedPence: 0,
      releasedPence: 280,
      billedSeconds: 0,
    });
    expect(await wallet()).toEqual({ balance: 1_000, held: 0, arrears: 0, active: 0 });
  });

  it('again gives the first result, and records another duration without charging it', async () => {
    await reserve();
    const first = await commit(61);
    expect((await commit(61)).body).toEqual({ ...first.body, duplicate: true });
    expect((await reservation()).body).toMatchObject({ discrepancySeconds: null });
    expect((await commit(3_600)).body).toEqual({ ...first.body, duplicate: true });
    expect((await reservation()).body).toMatchObject({ discrepancySeconds: 3_600, committedPence: 112 });
    expect(await wallet()).toMatchObject({ balance: 888 });
  });

  it('after its hold has expired charges in full, flagged late', async () => {
    await reserve();
    await expire();
    expect((await reservation()).body).toMatchObject({ status: 'expired', releasedPence: 280 });
    expect((await commit(420)).body).toMatchObject({
      actualCostPence: 392,
      chargedPence: 392,
      releasedPence: 0,
      late: true,
      status: 'committed',
    });
    expect((await reservation()).body).toMatchObject({ status: 'committed', late: true, committedPence: 392 });
    expect(await wallet()).toEqual({ balance: 608, held: 0, arrears: 0, active: 0 });
  });

  it('that was never reserved bills it directly', async () => {
    expect((await commit(61)).body).toMatchObject({
      reservedPence: 0,
      actualCostPence: 112,
      chargedPence: 112,
      duplicate: false,
      late: false,
    });
    expect((await commit(61)).body).toMatchObject({ chargedPence: 112, duplicate: true });
    expect(await wallet()).toEqual({ balance: 888, held: 0, arrears: 0, active: 0 });
  });

  it('of which nobody knows whose it is tells the operator to bill directly', async () => {
    const unknown = operatorOf(engine).send('POST', 'api/billing/commit-credits', {
      callId,
      actualDurationSeconds: 61,
    });
    expectProblem(await unknown, 404, 'no_active_reservation', { fallbackToDirectBilling: true });
  });

  it('needs no organization from an operator when the call tells', async () => {
    await reserve();
    const answer = await operatorOf(engine).send('POST', 'api/billing/commit-credits', {
      callId,
      actualDurationSeconds: 61,
    });
    expect(answer.body).toMatchObject({ chargedPence: 112, balanceAfterPence: 888 });
  });

  it('after it was released is refused', async () => {
    await reserve();
    await release();
    expectProblem(await commit(61), 404, 'no_active_reservation', { fallbackToDirectBilling: true });
  });

  it('uses the rate card it was reserved with, not the one of today', async () => {
    await reserve();
    await operatorOf(engine).patch(`api/admin/organizations/${tenant.orgId}`, { rateCard: { pencePerMinute: 100 } });
    expect((await commit(61)).body).toMatchObject({ actualCostPence: 112 });
    callId = `call-${randomUUID()}`;
    expect((await reserve({ estimatedMinutes: 1 })).body).toMatchObject({ reservedPence: 100 });
    expect((await reservation()).body).toMatchObject({ rateCard: { version: 2, pencePerMinute: 100 } });
  });
});

describe('releasing a call', () => {
  it('gives the hold back', async () => {
    await reserve();
    const answer = await release({ reason: 'no answer' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ callId, status: 'released', releasedPence: 280, duplicate: false });
    expect(await wallet()).toEqual({ balance: 1_000, held: 0, arrears: 0, active: 0 });
    const { body } = await client.get('api/billing/wallet/transactions?includeHolds=true&limit=1');
    expect(body.data).toMatchObject([
      { type: 'reservation_release', direction: 'credit', description: 'no answer', callId },
    ]);
  });

  it('twice is a repeat', async () => {
    await reserve();
    await release();
    expect((await release()).body).toEqual({ callId, status: 'released', releasedPence: 280, duplicate: true });
    expect(await wallet()).toMatchObject({ held: 0 });
  });

  it('that was charged is refused', async () => {
    await reserve();
    await commit(61);
    expectProblem(await release(), 409, 'already_committed');
    expect(await wallet()).toMatchObject({ balance: 888 });
  });

  it('that was never reserved is refused', async () => {
    expectProblem(await release(), 404, 'reservation_not_found');
  });
});

describe('looking at calls', () => {
  it('shows a reservation with its card, by our call id and by Vapi’s', async () => {
    await reserve({ vapiCallId: `vapi-${callId}` });
    const shown = {
      reservationId: UUID,
      callId,
      vapiCallId: `vapi-${callId}`,
      status: 'active',
      reservedPence: 280,
      committedPence: 0,
      releasedPence: 0,
      uncollectedPence: 0,
      estimatedMinutes: 5,
      grantedSeconds: 300,
      rateCard: { version: 1, pencePerMinute: 56, incrementSeconds: 60, minimumSeconds: 0, connectionFeePence: 0 },
      createdAt: TIME,
      expiresAt: TIME,
      committedAt: null,
    };
    expect((await reservation()).body).toMatchObject(shown);
    expect((await client.get(`api/billing/reservations/vapi-${callId}`)).body).toMatchObject(shown);
  });

  it('finds calls whose ids are full of special characters', async () => {
    callId = `a/b?c#d%2F "ü" 🦊 ${randomUUID()}`;
    await reserve();
    const { body } = await client.get(`api/billing/reservations/${encodeURIComponent(callId)}`);
    expect(body).toMatchObject({ callId });
  });

  it('lists reservations newest first, page by page, by status', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      callId = `call-${i}-${randomUUID()}`;
      ids.unshift(callId);
      await reserve({ estimatedMinutes: 1 });
    }
    await commit(30);
    const pages = await allPages<{ callId: string }>(client, 'api/billing/reservations?limit=2');
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat().map((each) => each.callId)).toEqual(ids);
    expect((await client.get('api/billing/reservations?status=committed')).body).toMatchObject({
      data: [{ callId }],
      nextCursor: null,
    });
    expect((await client.get('api/billing/reservations?status=active')).body.data).toHaveLength(4);
  });

  it('quotes what a call would cost now and what the wallet could pay', async () => {
    await reserve();
    expect((await client.get('api/billing/quote?minutes=5')).body).toEqual({
      seconds: 300,
      costPence: 280,
      affordable: true,
      affordableSeconds: 720,
    });
    expect((await client.get('api/billing/quote?seconds=720.5')).body).toEqual({
      seconds: 720.5,
      costPence: 728,
      affordable: false,
      affordableSeconds: 720,
    });
  });

  it.each([
    '',
    '?minutes=5&seconds=300',
    '?minutes=-1',
    '?seconds=NaN',
    '?minutes=1e309',
    '?seconds=abc',
    '?minutes=1&minutes=2',
  ])('quotes nothing for %p', async (search) => {
    expectProblem(await client.get(`api/billing/quote${search}`), 400, 'invalid_request', {
      errors: expect.any(Array),
    });
  });

  it('tells one call’s story in order', async () => {
    await reserve();
    await commit(61);
    const { body } = await client.get(`api/billing/calls/${callId}`);
    expect(body).toMatchObject({ callId, orgId: tenant.orgId, state: 'settled', reservation: { status: 'committed' } });
    expect((body.events as { kind: string }[]).map(({ kind }) => kind)).toEqual(['reserved', 'charged', 'released']);
    expect((body.transactions as { type: string }[]).map(({ type }) => type)).toEqual([
      'reservation',
      'call_deduction',
      'reservation_release',
    ]);
    expectProblem(await client.get('api/billing/calls/never-heard-of'), 404, 'call_not_found');
  });
});

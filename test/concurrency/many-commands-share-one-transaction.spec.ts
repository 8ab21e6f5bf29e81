import { randomUUID } from 'node:crypto';
import { addCredits, deductAsset, type AssetDeducted, type DeductAsset } from '@holdfast/ledger';
import { MAX_BATCH, type BatchMetrics, type UnitOfWork } from '@holdfast/platform';
import { commitReservedCredits, reserveCallCredits } from '@holdfast/reservation';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { done, expectSoundBook, journalOf, openWallets, outcomes, unitOfWork, walletOf } from '../support/money';

const CREATED_BY = 'test';
const purchase = (orgId: string, idempotencyKey: string = randomUUID()): DeductAsset => {
  return { orgId, assetType: 'did', costPence: 100, idempotencyKey, createdBy: CREATED_BY };
};
const reservation = (orgId: string, callId: string) =>
  reserveCallCredits({ orgId, callId, createdBy: CREATED_BY, ttlSeconds: 1_800 });

describe('commands that arrive together', () => {
  let database: FreshDatabase;
  let work: UnitOfWork;
  const batches: number[] = [];
  const metrics: BatchMetrics = { ran: (_, __, size) => batches.push(size), shed: () => undefined };

  beforeAll(async () => {
    database = await freshDatabase('batches');
    work = unitOfWork(database.url, { metrics, lanes: 1 });
  });

  beforeEach(() => batches.splice(0));

  afterAll(async () => {
    await expectSoundBook(database.url);
    await work.close();
    await database.drop();
  });

  it('travel in few transactions, none larger than the limit, and each gets its own answer', async () => {
    const wallets = await openWallets(work, database.url, 40, { balancePence: 5_000 });
    batches.splice(0);
    const requests = Array.from({ length: 1_000 }, (_, i) => purchase(wallets[i % wallets.length] as string));
    const answers = await Promise.all(requests.map((request) => work.execute(deductAsset(request))));
    expect(outcomes(answers)).toEqual({ ok: 1_000 });
    expect(new Set(answers.map((answer) => done(answer).transactionId)).size).toBe(1_000);
    expect(batches.length).toBeLessThan(20);
    expect(Math.max(...batches)).toBeLessThanOrEqual(MAX_BATCH);
    for (const orgId of wallets) expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 2_500 });
  });

  it('are decided in order of arrival within a wallet, each on what the one before left', async () => {
    const [orgId = ''] = await openWallets(work, database.url, 1);
    const topUp = {
      orgId,
      type: 'topup',
      amountPence: 250,
      idempotencyKey: randomUUID(),
      createdBy: CREATED_BY,
    } as const;
    const answers = await Promise.all([
      work.execute(deductAsset(purchase(orgId))),
      work.execute(addCredits(topUp)),
      work.execute(deductAsset(purchase(orgId))),
      work.execute(deductAsset(purchase(orgId))),
      work.execute(deductAsset(purchase(orgId))),
    ]);
    expect(batches).toEqual([5]);
    expect(answers).toMatchObject([
      { code: 'insufficient_balance', facts: { effectiveBalancePence: 0, shortfallPence: 100 } },
      { balanceAfterPence: 250 },
      { balanceBeforePence: 250, balanceAfterPence: 150 },
      { balanceBeforePence: 150, balanceAfterPence: 50 },
      { code: 'insufficient_balance', facts: { effectiveBalancePence: 50, shortfallPence: 50 } },
    ]);
    expect(await journalOf(database.url, orgId)).toEqual({ did: 2, topup: 1 });
  });

  it('with one key are one effect: the first pays, the others get its answer', async () => {
    const [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 1_000 });
    const request = purchase(orgId, 'order-1');
    const other = { ...request, costPence: 101 };
    const requests = [request, request, other, request];
    const answers = await Promise.all(requests.map((each) => work.execute(deductAsset(each))));
    expect(answers).toMatchObject([
      { replayed: false },
      { replayed: true },
      { code: 'idempotency_key_reused' },
      { replayed: true },
    ]);
    const { replayed: _, ...first } = answers[0] as AssetDeducted;
    expect(answers[3]).toMatchObject(first);
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 900 });
  });

  it('may use the same key when they come from two tenants', async () => {
    const wallets = await openWallets(work, database.url, 2, { balancePence: 100 });
    const answers = await Promise.all(wallets.map((orgId) => work.execute(deductAsset(purchase(orgId, 'same')))));
    expect(answers).toMatchObject([{ replayed: false }, { replayed: false }]);
    for (const orgId of wallets) expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 0 });
  });

  it('and reserve one call are one hold, and a conflict for another tenant', async () => {
    const [one = '', other = ''] = await openWallets(work, database.url, 2, { balancePence: 1_000 });
    const callId = randomUUID();
    const [first, second, foreign] = await Promise.all([
      work.execute(reservation(one, callId)),
      work.execute(reservation(one, callId)),
      work.execute(reservation(other, callId)),
    ]);
    expect(first).toMatchObject({ duplicate: false, reservedPence: 280 });
    expect(second).toMatchObject({ duplicate: true, reservationId: done(first!).reservationId });
    expect(foreign).toMatchObject({ code: 'call_id_conflict', facts: {} });
    expect(await walletOf(database.url, one)).toEqual({ balance: 1_000, held: 280, arrears: 0, active: 1 });
    expect(await walletOf(database.url, other)).toEqual({ balance: 1_000, held: 0, arrears: 0, active: 0 });
  });

  it('may reserve, charge beyond the wallet and pay the arrears of a call in one transaction', async () => {
    const [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 300 });
    const callId = randomUUID();
    const topUp = {
      orgId,
      type: 'topup',
      amountPence: 1_000,
      idempotencyKey: randomUUID(),
      createdBy: CREATED_BY,
    } as const;
    batches.splice(0);
    const answers = await Promise.all([
      work.execute(reservation(orgId, callId)),
      work.execute(commitReservedCredits({ orgId, callId, actualDurationSeconds: 600, createdBy: CREATED_BY })),
      work.execute(addCredits(topUp)),
      work.execute(commitReservedCredits({ orgId, callId, actualDurationSeconds: 600, createdBy: CREATED_BY })),
    ]);
    expect(batches).toEqual([4]);
    expect(answers).toMatchObject([
      { reservedPence: 280, duplicate: false },
      { actualCostPence: 560, chargedPence: 300, uncollectedPence: 260, duplicate: false },
      { arrearsCollectedPence: 260, balanceAfterPence: 740 },
      { actualCostPence: 560, chargedPence: 300, uncollectedPence: 260, duplicate: true },
    ]);
    expect(await walletOf(database.url, orgId)).toEqual({ balance: 740, held: 0, arrears: 0, active: 0 });
  });

  it('and find no wallet are refused without harm to those beside them', async () => {
    const [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 100 });
    const answers = await Promise.all(
      [randomUUID(), orgId, randomUUID()].map((each) => work.execute(deductAsset(purchase(each)))),
    );
    expect(outcomes(answers)).toEqual({ organization_not_found: 2, ok: 1 });
  });
});

describe('a command that arrives alone', () => {
  it('is a batch of one', async () => {
    const sizes: number[] = [];
    const database = await freshDatabase('single');
    const work = unitOfWork(database.url, {
      metrics: { ran: (_, __, size) => sizes.push(size), shed: () => undefined },
    });
    await openWallets(work, database.url, 1, { balancePence: 100 });
    expect(sizes).toEqual([1]);
    await work.close();
    await database.drop();
  });
});

import { randomUUID } from 'node:crypto';
import { addCredits, deductAsset, type AddCredits, type DeductAsset } from '@holdfast/ledger';
import type { UnitOfWork } from '@holdfast/platform';
import { commitReservedCredits, reserveCallCredits } from '@holdfast/reservation';
import { Client } from 'pg';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { done, expectSoundBook, journalOf, openWallets, outcomes, query, unitOfWork, walletOf } from '../support/money';
import { PostgresProxy, type Mishap } from '../support/postgres-proxy';

const purchase = (orgId: string, idempotencyKey: string = randomUUID()): DeductAsset => {
  return { orgId, assetType: 'did', costPence: 100, idempotencyKey, createdBy: 'test' };
};
const topUp = (orgId: string, idempotencyKey: string | null): AddCredits => {
  return { orgId, type: 'topup', amountPence: 1_000, idempotencyKey, createdBy: 'test' };
};
const MISHAPS: Mishap[] = ['cut after BEGIN', 'cut instead of COMMIT', 'cut after COMMIT'];

let database: FreshDatabase;
let proxy: PostgresProxy;
let work: UnitOfWork;
let orgId: string;

beforeAll(async () => {
  database = await freshDatabase('lost_connections');
  proxy = await PostgresProxy.before(database.url);
  work = unitOfWork(proxy.url, { lanes: 1 });
});

beforeEach(async () => {
  [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 10_000 });
  proxy.cuts = 0;
});

afterAll(async () => {
  await expectSoundBook(database.url);
  await work.close();
  await proxy.stop();
  await database.drop();
});

describe('a connection that is lost', () => {
  it.each([
    ['cut after BEGIN', false],
    ['cut instead of COMMIT', false],
    ['cut after COMMIT', true],
  ] as const)('(%s) leaves exactly one purchase', async (mishap, replayed) => {
    proxy.plan(mishap);
    const answer = done(await work.execute(deductAsset(purchase(orgId))));
    expect(answer).toMatchObject({ balanceBeforePence: 10_000, balanceAfterPence: 9_900, replayed });
    expect(proxy.cuts).toBe(1);
    expect(await journalOf(database.url, orgId)).toEqual({ did: 1, topup: 1 });
    const [row] = await query<{ id: string }>(
      database.url,
      `select id from credit_transactions where type = 'did' and org_id = $1`,
      [orgId],
    );
    expect(row?.id).toBe(answer.transactionId);
  });

  it.each(MISHAPS)('(%s) leaves exactly one hold and one charge', async (mishap) => {
    const callId = randomUUID();
    proxy.plan(mishap);
    const reserved = await work.execute(reserveCallCredits({ orgId, callId, createdBy: 'test', ttlSeconds: 1_800 }));
    expect(reserved).toMatchObject({ reservedPence: 280, effectiveBalancePence: 9_720 });
    proxy.plan(mishap);
    const commit = { orgId, callId, actualDurationSeconds: 600, createdBy: 'test' };
    expect(await work.execute(commitReservedCredits(commit))).toMatchObject({
      chargedPence: 560,
      balanceAfterPence: 9_440,
    });
    expect(proxy.cuts).toBe(2);
    expect(await journalOf(database.url, orgId)).toEqual({ call_deduction: 1, reservation: 1, topup: 1 });
    expect(await walletOf(database.url, orgId)).toEqual({ balance: 9_440, held: 0, arrears: 0, active: 0 });
  });

  it.each(MISHAPS)('(%s) leaves exactly one credit, also for old clients that send no key', async (mishap) => {
    proxy.plan(mishap);
    done(await work.execute(addCredits(topUp(orgId, null))));
    expect(proxy.cuts).toBe(1);
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 11_000 });
  });

  it('again and again leaves every command of every batch with exactly one effect', async () => {
    const wallets = await openWallets(work, database.url, 10, { balancePence: 5_000 });
    const cycles = 60;
    for (let cycle = 0; cycle < cycles; cycle++) {
      proxy.plan(MISHAPS[cycle % MISHAPS.length] as Mishap);
      const answers = await Promise.all(wallets.map((each) => work.execute(deductAsset(purchase(each)))));
      expect(outcomes(answers)).toEqual(cycle < 50 ? { ok: 10 } : { insufficient_balance: 10 });
    }
    expect(proxy.cuts).toBe(cycles);
    for (const each of wallets) {
      expect(await walletOf(database.url, each)).toMatchObject({ balance: 0 });
      expect(await journalOf(database.url, each)).toEqual({ did: 50, topup: 1 });
    }
  });

  it('because its backend was killed in the middle of a transaction leaves exactly one effect', async () => {
    const sitter = new Client({ connectionString: database.url });
    await sitter.connect();
    await sitter.query('begin');
    await sitter.query('select from wallets where org_id = $1 for update', [orgId]);
    const bought = work.execute(deductAsset(purchase(orgId)));
    const waiting = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'holdfast-money-0' and wait_event_type = 'Lock'`;
    let killed = 0;
    while (killed === 0) killed = (await query(database.url, waiting)).length;
    await sitter.query('rollback');
    await sitter.end();
    expect(await bought).toMatchObject({ replayed: false, balanceAfterPence: 9_900 });
    expect(await journalOf(database.url, orgId)).toEqual({ did: 1, topup: 1 });
  });
});

describe('a database that stays away', () => {
  afterEach(() => proxy.comeBack());

  it('before COMMIT was sent: nothing was changed, which is said within three seconds', async () => {
    proxy.goAway();
    const started = Date.now();
    const request = deductAsset(purchase(orgId));
    expect(await work.execute(request)).toMatchObject({
      code: 'database_unavailable',
      facts: { retryAfterSeconds: 1 },
    });
    expect(Date.now() - started).toBeLessThan(3_000);
    expect(await journalOf(database.url, orgId)).toEqual({ topup: 1 });
    proxy.comeBack();
    expect(await work.execute(request)).toMatchObject({ replayed: false });
    expect(await journalOf(database.url, orgId)).toEqual({ did: 1, topup: 1 });
  });

  it('after COMMIT was sent: the outcome is unknown, and the same key settles it with one effect', async () => {
    const request = deductAsset(purchase(orgId));
    const second = deductAsset(purchase(orgId));
    proxy.planAndGoAway('cut after COMMIT');
    const answers = await Promise.all([work.execute(request), work.execute(second)]);
    expect(outcomes(answers)).toEqual({ outcome_unknown: 2 });
    proxy.comeBack();
    expect(await work.execute(request)).toMatchObject({ replayed: true, balanceAfterPence: 9_900 });
    expect(await work.execute(second)).toMatchObject({ replayed: true, balanceAfterPence: 9_800 });
    expect(await journalOf(database.url, orgId)).toEqual({ did: 2, topup: 1 });
  });

  it('when COMMIT was lost on the way: unknown just the same, and the same key buys once', async () => {
    const request = deductAsset(purchase(orgId));
    proxy.planAndGoAway('cut instead of COMMIT');
    expect(await work.execute(request)).toMatchObject({ code: 'outcome_unknown' });
    proxy.comeBack();
    expect(await work.execute(request)).toMatchObject({ replayed: false });
    expect(await journalOf(database.url, orgId)).toEqual({ did: 1, topup: 1 });
  });
});

describe('a COMMIT without an answer whose wallet is then locked', () => {
  it.each([1, 2])('is never told as "nothing was changed" to any of %d commands', async (count) => {
    const sitter = new Client({ connectionString: database.url });
    await sitter.connect();
    const requests = Array.from({ length: count }, () => deductAsset(purchase(orgId)));
    proxy.planAndGoAway('cut after COMMIT');
    const answers = Promise.all(requests.map((request) => work.execute(request)));
    while (proxy.cuts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await sitter.query('begin');
    await sitter.query('select from wallets where org_id = $1 for update', [orgId]); // as the old backend may, too
    proxy.comeBack();
    expect(outcomes(await answers)).toEqual({ outcome_unknown: count });
    await sitter.query('rollback');
    await sitter.end();
    expect(await journalOf(database.url, orgId)).toEqual({ did: count, topup: 1 });
  });
});

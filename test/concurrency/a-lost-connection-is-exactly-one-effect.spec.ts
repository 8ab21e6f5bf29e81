import { randomUUID } from 'node:crypto';
import { addCredits, deductAsset, type AddCredits, type DeductAsset } from '@holdfast/ledger';
import type { UnitOfWork } from '@holdfast/platform';
import { commitReservedCredits, reserveCallCredits } from '@holdfast/reservation';
import { freshDatabase, type FreshDatabase } from '../support/database';
import {
  done,
  expectSoundBook,
  journalOf,
  lockWallet,
  openWallets,
  outcomes,
  query,
  unitOfWork,
  walletOf,
} from '../support/money';
import { PostgresProxy, type Mishap } from '../support/postgres-proxy';
import { DatabaseProxy } from '../telephony/support/database-proxy';

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
  it.each(MISHAPS)('(%s) leaves exactly one purchase, and is no repeat to who asked once', async (mishap) => {
    proxy.plan(mishap);
    const answer = done(await work.execute(deductAsset(purchase(orgId))));
    expect(answer).toMatchObject({ balanceBeforePence: 10_000, balanceAfterPence: 9_900, replayed: false });
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

  it.each(MISHAPS)('(%s) leaves exactly one charge of a call that two holds name', async (mishap) => {
    const vapiCallId = randomUUID();
    const by = { orgId, createdBy: 'test' };
    for (const callId of [randomUUID(), randomUUID()])
      await work.execute(reserveCallCredits({ ...by, callId, vapiCallId, ttlSeconds: 1_800 }));
    proxy.plan(mishap);
    const commit = { ...by, callId: vapiCallId, orPaidFor: vapiCallId, actualDurationSeconds: 61 };
    expect(await work.execute(commitReservedCredits(commit))).toMatchObject({ chargedPence: 112, duplicate: false });
    expect(proxy.cuts).toBe(1);
    expect(await walletOf(database.url, orgId)).toEqual({ balance: 9_888, held: 280, arrears: 0, active: 1 });
  });

  it.each(MISHAPS)('(%s) leaves exactly one credit, also for old clients that send no key', async (mishap) => {
    proxy.plan(mishap);
    done(await work.execute(addCredits(topUp(orgId, null))));
    expect(proxy.cuts).toBe(1);
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 11_000 });
  });

  it('again and again leaves every command of every batch with exactly one effect', async () => {
    const wallets = await openWallets(work, database.url, 10, { balancePence: 1_000 });
    const cycles = 15;
    for (let cycle = 0; cycle < cycles; cycle++) {
      proxy.plan(MISHAPS[cycle % MISHAPS.length] as Mishap);
      const answers = await Promise.all(wallets.map((each) => work.execute(deductAsset(purchase(each)))));
      expect(outcomes(answers)).toEqual(cycle < 10 ? { ok: 10 } : { insufficient_balance: 10 });
    }
    expect(proxy.cuts).toBe(cycles);
    for (const each of wallets) {
      expect(await walletOf(database.url, each)).toMatchObject({ balance: 0 });
      expect(await journalOf(database.url, each)).toEqual({ did: 10, topup: 1 });
    }
  });

  it('because its backend was killed in the middle of a transaction leaves exactly one effect', async () => {
    const sitter = await lockWallet(database.url, orgId);
    const bought = work.execute(deductAsset(purchase(orgId)));
    const waiting = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'holdfast-money-0' and wait_event_type = 'Lock'`;
    let killed = 0;
    while (killed === 0) killed = (await query(database.url, waiting)).length;
    await sitter.release();
    expect(await bought).toMatchObject({ replayed: false, balanceAfterPence: 9_900 });
    expect(await journalOf(database.url, orgId)).toEqual({ did: 1, topup: 1 });
  });
});

describe('a database that stays away', () => {
  it('before COMMIT was sent has changed nothing, which is said within three seconds', async () => {
    proxy.goAway();
    await new Promise((resolve) => setTimeout(resolve, 50)); // until the engine has noticed: what it sends before, it cannot know of
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

  it('after COMMIT was sent leaves the outcome unknown, whatever it was, and the same key settles it', async () => {
    const settled = await Promise.all([
      settleWithTheSameKey('cut after COMMIT', 1),
      settleWithTheSameKey('cut after COMMIT', 3),
      settleWithTheSameKey('cut instead of COMMIT', 1),
      settleWithTheSameKey('cut instead of COMMIT', 3),
    ]);
    expect(settled).toEqual([
      { first: { outcome_unknown: 1 }, repeats: [true], journal: { did: 1, topup: 1 } },
      { first: { outcome_unknown: 3 }, repeats: [true, true, true], journal: { did: 3, topup: 1 } },
      { first: { outcome_unknown: 1 }, repeats: [false], journal: { did: 1, topup: 1 } },
      { first: { outcome_unknown: 3 }, repeats: [false, false, false], journal: { did: 3, topup: 1 } },
    ]);
  });
});

/** On a line of its own: purchases whose COMMIT gets no answer, and then the same once more. */
async function settleWithTheSameKey(mishap: Mishap, count: number): Promise<object> {
  const [buyer = ''] = await openWallets(work, database.url, 1, { balancePence: 1_000 });
  const line = await PostgresProxy.before(database.url);
  const replica = unitOfWork(line.url);
  const requests = Array.from({ length: count }, () => purchase(buyer));
  const send = (): Promise<unknown[]> => Promise.all(requests.map((request) => replica.execute(deductAsset(request))));
  line.planAndGoAway(mishap);
  const first = await send();
  line.comeBack();
  const second = (await send()) as { replayed: boolean }[];
  await replica.close();
  await line.stop();
  const repeats = second.map(({ replayed }) => replayed);
  return { first: outcomes(first), repeats, journal: await journalOf(database.url, buyer) };
}

describe('a COMMIT whose answer never comes, on a connection that stays open', () => {
  it('is run again when it is given up after 8 s: the caller is told what happened', async () => {
    const line = await DatabaseProxy.before(database.url);
    const replica = unitOfWork(line.url, { lanes: 1 });
    line.becomeAfter('uow_commit', 'mute');
    const bought = replica.execute(deductAsset(purchase(orgId)));
    await new Promise((resolve) => setTimeout(resolve, 8_500));
    line.become('open');
    expect(await bought).toMatchObject({ balanceAfterPence: 9_900, replayed: false });
    expect(await journalOf(database.url, orgId)).toEqual({ did: 1, topup: 1 });
    await replica.close();
    await line.close();
  });
});

describe('a COMMIT without an answer whose wallet is then locked', () => {
  it.each([1, 2])('is told to none of %d commands as "nothing was changed"', async (count) => {
    const requests = Array.from({ length: count }, () => deductAsset(purchase(orgId)));
    proxy.planAndGoAway('cut after COMMIT');
    const answers = Promise.all(requests.map((request) => work.execute(request)));
    while (proxy.cuts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const sitter = await lockWallet(database.url, orgId); // as the backend that was cut off may, too
    proxy.comeBack();
    const told = outcomes(await answers);
    await sitter.release();
    expect(told).toEqual({ outcome_unknown: count });
    expect(await journalOf(database.url, orgId)).toEqual({ did: count, topup: 1 });
  });
});

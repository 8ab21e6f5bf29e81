import { randomUUID } from 'node:crypto';
import { deductAsset } from '@holdfast/ledger';
import type { UnitOfWork } from '@holdfast/platform';
import { commitReservedCredits, reserveCallCredits } from '@holdfast/reservation';
import { releaseReservedCredits } from '../../libs/reservation/src/application/release-reserved-credits';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { done, openWallets, query, unitOfWork, walletOf } from '../support/money';

const by = { createdBy: 'test' };
const purchase = (orgId: string) =>
  ({ ...by, orgId, assetType: 'did', costPence: 100, idempotencyKey: randomUUID() }) as const;
const buy = (work: UnitOfWork, orgId: string) => work.execute(deductAsset(purchase(orgId)));
const reserve = (work: UnitOfWork, orgId: string, callId: string) =>
  work.execute(reserveCallCredits({ ...by, orgId, callId, ttlSeconds: 1_800 }));
const commit = (work: UnitOfWork, orgId: string, callId: string, actualDurationSeconds: number) =>
  work.execute(commitReservedCredits({ ...by, orgId, callId, actualDurationSeconds }));

let database: FreshDatabase;
let here: UnitOfWork;
let orgId: string;

beforeAll(async () => {
  database = await freshDatabase('by_hand');
});

/** A process that remembers a wallet of 1 000p. */
beforeEach(async () => {
  here = unitOfWork(database.url, { lanes: 1 });
  [orgId = ''] = await openWallets(here, database.url, 1, { balancePence: 1_100 });
  done(await buy(here, orgId));
});

afterEach(() => here.close());

afterAll(() => database.drop());

/** Operators of the old engine run SQL by hand; no process may go on with what it remembers from before. */
describe('what a process remembers', () => {
  it.each([
    ['a balance', 'update wallets set balance_pence = 150 where org_id = $1', { balanceBeforePence: 150 }],
    ['what is held', 'update wallets set held_pence = 600 where org_id = $1', { effectiveBalancePence: 300 }],
  ])('gives way to %s that was changed by hand', async (_, sql, seen) => {
    await query(database.url, sql, [orgId]);
    expect(await buy(here, orgId)).toMatchObject(seen);
  });

  it('gives way to a debt limit that was changed by hand', async () => {
    const callId = randomUUID();
    done(await here.execute(deductAsset({ ...purchase(orgId), costPence: 1_000 })));
    await query(database.url, 'update wallets set debt_limit_pence = 280 where org_id = $1', [orgId]);
    expect(await reserve(here, orgId, callId)).toMatchObject({ reservedPence: 280, partial: false });
    done(await here.execute(releaseReservedCredits({ ...by, orgId, callId })));
    await query(database.url, 'update wallets set debt_limit_pence = 0 where org_id = $1', [orgId]);
    expect(await reserve(here, orgId, randomUUID())).toMatchObject({ code: 'insufficient_balance' });
  });

  it('of a tariff prices no hold of another organisation, on which it was put by hand', async () => {
    const elsewhere = unitOfWork(database.url, { lanes: 1 });
    const [other = ''] = await openWallets(elsewhere, database.url, 1, { balancePence: 1_000 });
    const [known, foreign, own] = [randomUUID(), randomUUID(), randomUUID()];
    done(await reserve(elsewhere, other, known));
    for (const callId of [foreign, own]) done(await reserve(elsewhere, orgId, callId));
    await elsewhere.close();
    done(await commit(here, other, known, 60)); // from here on its tariff is remembered
    await query(
      database.url,
      `update credit_reservations set rate_card_id = (select rate_card_id from organizations where id = $2) where call_id = $1`,
      [foreign, other],
    );
    const before = await walletOf(database.url, orgId);
    await expect(commit(here, orgId, foreign, 60)).rejects.toThrow('is none of organization'); // a fault, no charge
    expect(await walletOf(database.url, orgId)).toEqual(before);
    expect(await commit(here, orgId, own, 60)).toMatchObject({ chargedPence: 56 });
  });

  it('of a hold gives way to what was done to it by hand', async () => {
    const callId = randomUUID();
    done(await reserve(here, orgId, callId));
    await query(database.url, 'update credit_reservations set reserved_pence = 112 where call_id = $1', [callId]);
    await query(database.url, 'update wallets set held_pence = 112 where org_id = $1', [orgId]);
    expect(await commit(here, orgId, callId, 30)).toMatchObject({ reservedPence: 112, releasedPence: 56 });
  });
});

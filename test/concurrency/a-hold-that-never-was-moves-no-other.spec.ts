import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { deductAsset } from '@holdfast/ledger';
import { migrate, type UnitOfWork } from '@holdfast/platform';
import { commitReservedCredits, reserveCallCredits } from '@holdfast/reservation';
import { releaseReservedCredits } from '../../libs/reservation/src/application/release-reserved-credits';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { done, expectSoundBook, openWallets, query, topUp, unitOfWork, walletOf } from '../support/money';

/** A lane that was disproved asks first for a second; after it, it trusts its memory again. */
const ASKS_FIRST_MS = 1_200;

const by = { createdBy: 'test' };
const reserve = (work: UnitOfWork, orgId: string, callId: string, vapiCallId?: string) =>
  work.execute(reserveCallCredits({ ...by, orgId, callId, vapiCallId, ttlSeconds: 1_800 }));
const commit = (work: UnitOfWork, orgId: string, callId: string, actualDurationSeconds = 61) =>
  work.execute(commitReservedCredits({ ...by, orgId, callId, actualDurationSeconds }));

let database: FreshDatabase;
let here: UnitOfWork;
let elsewhere: UnitOfWork;

beforeEach(async () => {
  database = await freshDatabase('never_was');
  here = unitOfWork(database.url, { lanes: 1 });
  elsewhere = unitOfWork(database.url, { lanes: 1 });
});

afterEach(async () => {
  await Promise.all([here.close(), elsewhere.close()]);
  await expectSoundBook(database.url);
  await database.drop();
});

/** Here a hold was foreseen and then refused, because its money had been spent elsewhere. */
async function refusedHere(orgId: string, callId: string): Promise<void> {
  done(await reserve(here, orgId, randomUUID()));
  const spend = { ...by, orgId, assetType: 'did', costPence: 560, idempotencyKey: randomUUID() } as const;
  done(await elsewhere.execute(deductAsset(spend)));
  expect(await reserve(here, orgId, callId)).toMatchObject({ code: 'insufficient_balance' });
  await sleep(ASKS_FIRST_MS);
}

describe('a hold that was refused here', () => {
  it.each([
    ['charged', (orgId: string, callId: string) => commit(here, orgId, callId), 'call_id_conflict'],
    [
      'released',
      (orgId: string, callId: string) => here.execute(releaseReservedCredits({ ...by, orgId, callId })),
      'reservation_not_found',
    ],
  ])('and then opened by another tenant elsewhere is not %s by who was refused', async (_, attempt, code) => {
    const [refused = '', other = ''] = await openWallets(elsewhere, database.url, 2, { balancePence: 840 });
    const callId = randomUUID();
    await refusedHere(refused, callId);
    done(await reserve(elsewhere, other, callId));
    const before = await walletOf(database.url, refused);

    expect(await attempt(refused, callId)).toMatchObject({ code });

    expect(await walletOf(database.url, refused)).toEqual(before);
    expect(await commit(elsewhere, other, callId)).toMatchObject({ duplicate: false, chargedPence: 112 });
  });

  it('and then opened elsewhere keeps the tariff and the call of the provider that it was opened with', async () => {
    const [orgId = ''] = await openWallets(elsewhere, database.url, 1, { balancePence: 840 });
    const [callId, card] = [randomUUID(), randomUUID()];
    await refusedHere(orgId, callId);
    await topUp(elsewhere, orgId, 1_000);
    await query(
      database.url,
      `insert into rate_cards (id, org_id, version, pence_per_minute_e4, increment_seconds, minimum_seconds, connection_fee_pence)
       values ($2, $1, 2, 560000, 1, 0, 0)`,
      [orgId, card],
    );
    await query(database.url, 'update organizations set rate_card_id = $2 where id = $1', [orgId, card]);
    done(await reserve(elsewhere, orgId, callId, 'vapi-call'));
    await topUp(here, orgId, 1); // from here on the wallet is remembered as it is
    await sleep(ASKS_FIRST_MS);

    expect(await commit(here, orgId, callId)).toMatchObject({ chargedPence: 57 });

    const [hold] = await query(database.url, 'select vapi_call_id from credit_reservations where call_id = $1', [
      callId,
    ]);
    expect(hold).toEqual({ vapi_call_id: 'vapi-call' });
  });
});

describe('holds of nothing', () => {
  it('opened by two replicas in turn are all counted, and all of them can be closed', async () => {
    const [orgId = ''] = await openWallets(elsewhere, database.url, 1, { balancePence: 10_000 });
    await query(database.url, 'update organizations set prepaid_billing = false where id = $1', [orgId]);
    const calls = Array.from({ length: 12 }, () => randomUUID());
    for (const [i, callId] of calls.entries()) {
      done(await reserve(i % 2 ? here : elsewhere, orgId, callId));
      if (i % 4 === 3) await sleep(ASKS_FIRST_MS); // else they would take turns under the lock
    }
    expect(await walletOf(database.url, orgId)).toMatchObject({ held: 0, active: 12 });
    for (const callId of calls) expect(await commit(here, orgId, callId)).toMatchObject({ chargedPence: 112 });
    expect(await walletOf(database.url, orgId)).toMatchObject({ active: 0 });
  });
});

describe('a count of holds that was lost before', () => {
  const lose = async (orgId: string): Promise<void> => {
    await query(database.url, 'update wallets set active_reservations = 1 where org_id = $1', [orgId]);
    await query(database.url, `delete from migrations where name like 'HoldsAreCountedAnew%'`);
  };

  it('is mended while an engine is about to write the same wallet: neither fails', async () => {
    const [orgId = ''] = await openWallets(elsewhere, database.url, 1, { balancePence: 1_000 });
    await lose(orgId);
    const engine = new Client({ connectionString: database.url });
    await engine.connect();
    await engine.query('begin');
    await engine.query('select from wallets where org_id = $1 for no key update', [orgId]);
    const migrated = migrate(database.url);
    migrated.catch(() => undefined); // until it is awaited
    await sleep(300);
    await engine.query('update wallets set debt_limit_pence = 1 where org_id = $1', [orgId]);
    await engine.query('commit');
    await engine.end();
    await migrated;
    expect(await walletOf(database.url, orgId)).toMatchObject({ active: 0 });
  });

  it('once mended is not written again by an engine that remembers the wallet as it was, and compares no count', async () => {
    const [orgId = ''] = await openWallets(elsewhere, database.url, 1, { balancePence: 1_000 });
    await lose(orgId);
    const seen = 'select version, terms_version from wallets where org_id = $1';
    const [before] = await query<{ version: string; terms_version: string }>(database.url, seen, [orgId]);
    await migrate(database.url);
    const [after] = await query<{ version: string; terms_version: string }>(database.url, seen, [orgId]);
    expect(after).not.toEqual(before);
    expect(after?.version).toEqual(before?.version); // the journal's numbers have no gap
  });

  it('is mended by the migration', async () => {
    const [orgId = '', other = ''] = await openWallets(elsewhere, database.url, 2, { balancePence: 1_000 });
    for (const callId of [randomUUID(), randomUUID()]) done(await reserve(elsewhere, orgId, callId));
    await query(database.url, 'update wallets set active_reservations = 1 where org_id = any($1)', [[orgId, other]]);
    await query(database.url, `delete from migrations where name like 'HoldsAreCountedAnew%'`);
    await migrate(database.url);
    expect(await walletOf(database.url, orgId)).toMatchObject({ active: 2 });
    expect(await walletOf(database.url, other)).toMatchObject({ active: 0 });
  });
});

describe('a hold of an organisation with more tariffs than are remembered', () => {
  it('is found, and priced by its own', async () => {
    const [orgId = ''] = await openWallets(elsewhere, database.url, 1, { balancePence: 10_000 });
    const callId = randomUUID();
    done(await reserve(elsewhere, orgId, callId));
    await query(
      database.url,
      `insert into rate_cards (id, org_id, version, pence_per_minute_e4, increment_seconds, minimum_seconds, connection_fee_pence)
       select gen_random_uuid(), $1, v, 990000, 60, 0, 0 from generate_series(2, 20000) v`,
      [orgId],
    );
    expect(await commit(here, orgId, callId)).toMatchObject({ duplicate: false, chargedPence: 112 });
  });
});

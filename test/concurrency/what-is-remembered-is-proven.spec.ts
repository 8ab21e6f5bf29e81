import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addCredits, deductAsset, type DeductAsset } from '@holdfast/ledger';
import type { DecisionMetrics, UnitOfWork } from '@holdfast/platform';
import { checkCall, commitReservedCredits, reserveCallCredits } from '@holdfast/reservation';
import { releaseReservedCredits } from '../../libs/reservation/src/application/release-reserved-credits';
import { freshDatabase, type FreshDatabase } from '../support/database';
import {
  done,
  expectSoundBook,
  journalOf,
  openWallets,
  outcomes,
  query,
  topUp,
  unitOfWork,
  walletOf,
} from '../support/money';

/** A lane that was disproved asks first for a second. */
const ASKS_FIRST_MS = 1_200;

const by = { createdBy: 'test' };
const purchase = (orgId: string, idempotencyKey: string = randomUUID()): DeductAsset => {
  return { ...by, orgId, assetType: 'did', costPence: 100, idempotencyKey };
};
const buy = (work: UnitOfWork, orgId: string, key?: string) => work.execute(deductAsset(purchase(orgId, key)));
const reserve = (work: UnitOfWork, orgId: string, callId: string) =>
  work.execute(reserveCallCredits({ ...by, orgId, callId, ttlSeconds: 1_800 }));
const commit = (work: UnitOfWork, orgId: string, callId: string, actualDurationSeconds: number) =>
  work.execute(commitReservedCredits({ ...by, orgId, callId, actualDurationSeconds }));

const check = (work: UnitOfWork, orgId: string, callId: string, elapsedSeconds: number, ttlSeconds = 1_800) => {
  const extension = { lookaheadSeconds: 65, sliceSeconds: 300 };
  return work.execute(checkCall({ ...by, orgId, callId, elapsedSeconds, ttlSeconds, extension }));
};

/** How the commands of one replica were decided. */
class Decisions implements DecisionMetrics {
  memory = 0;
  locks = 0;
  disprovals = 0;

  decided(on: 'memory' | 'locks', commands: number): void {
    this[on] += commands;
  }

  disproved(): void {
    this.disprovals += 1;
  }
}

let database: FreshDatabase;
let here: UnitOfWork;
let elsewhere: UnitOfWork;
let decisions: Decisions;
let orgId: string;

beforeAll(async () => {
  database = await freshDatabase('memory');
});

/** A replica that remembers a wallet of 1 000p, and another one. */
beforeEach(async () => {
  decisions = new Decisions();
  here = unitOfWork(database.url, { lanes: 1, decisions });
  elsewhere = unitOfWork(database.url, { lanes: 1 });
  [orgId = ''] = await openWallets(here, database.url, 1, { balancePence: 1_100 });
  done(await buy(here, orgId));
});

afterEach(async () => {
  await Promise.all([here.close(), elsewhere.close()]);
});

afterAll(async () => {
  await expectSoundBook(database.url);
  await database.drop();
});

describe('what a process remembers', () => {
  it('is all it needs: commands on its own wallets take no lock', async () => {
    const before = decisions.locks;
    const callId = randomUUID();
    done(await buy(here, orgId));
    done(await reserve(here, orgId, callId));
    done(await check(here, orgId, callId, 250, 1_900));
    done(await commit(here, orgId, callId, 301));
    done(await here.execute(addCredits({ ...by, orgId, type: 'topup', amountPence: 5, idempotencyKey: randomUUID() })));
    expect(decisions.locks - before).toBe(0);
    expect(decisions.disprovals).toBe(0);
    expect(await walletOf(database.url, orgId)).toEqual({ balance: 900 - 336 + 5, held: 0, arrears: 0, active: 0 });
  });

  it('answers a repeat like the first time', async () => {
    const first = done(await buy(here, orgId, 'order'));
    expect(await buy(here, orgId, 'order')).toEqual({ ...first, replayed: true });
    const other = deductAsset({ ...purchase(orgId, 'order'), costPence: 99 });
    expect(await here.execute(other)).toMatchObject({ code: 'idempotency_key_reused' });
    expect(await buy(elsewhere, orgId, 'order')).toEqual({ ...first, replayed: true });
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 900 });
  });

  it('answers a repeat of what was bought elsewhere, also when nothing is left now', async () => {
    const [stranger = ''] = await openWallets(elsewhere, database.url, 1, { balancePence: 100 });
    const first = done(await buy(elsewhere, stranger, 'order'));
    expect(await buy(here, stranger, 'order')).toEqual({ ...first, replayed: true });
  });

  it('is never a reason to refuse: somebody may have topped up elsewhere', async () => {
    done(await here.execute(deductAsset({ ...purchase(orgId), costPence: 1_000 })));
    await topUp(elsewhere, orgId, 100);
    expect(await buy(here, orgId)).toMatchObject({ balanceBeforePence: 100, balanceAfterPence: 0 });
  });

  it('does not let a call end that was paid for elsewhere', async () => {
    const callId = randomUUID();
    done(await here.execute(deductAsset({ ...purchase(orgId), costPence: 720 })));
    done(await reserve(here, orgId, callId)); // 280p for 300 s, and nothing is left
    expect(await check(here, orgId, callId, 290, 1_850)).toMatchObject({ lastSlice: true, addedPence: 0 });
    await topUp(elsewhere, orgId, 560);
    expect(await check(here, orgId, callId, 295, 1_900)).toMatchObject({ lastSlice: false, addedPence: 280 });
  });

  it('of a hold is not told while another replica moves its expiry', async () => {
    const callId = randomUUID();
    done(await reserve(here, orgId, callId));
    done(await check(elsewhere, orgId, callId, 10, 3_600));
    const repeat = done(await reserve(here, orgId, callId));
    expect(repeat.expiresAt.getTime() - repeat.createdAt.getTime()).toBeGreaterThan(3_500_000);
  });

  it('sells nothing that was spent elsewhere', async () => {
    done(await elsewhere.execute(deductAsset({ ...purchase(orgId), costPence: 950 })));
    expect(await buy(here, orgId)).toMatchObject({ code: 'insufficient_balance', facts: { balancePence: 50 } });
    expect(decisions.disprovals).toBe(1);
  });

  it('prices a call by the tariff of today, whoever changed it, and a running one by its own', async () => {
    const running = randomUUID();
    done(await reserve(here, orgId, running));
    const dearer = randomUUID();
    await query(
      database.url,
      `insert into rate_cards (id, org_id, version, pence_per_minute_e4, increment_seconds, minimum_seconds, connection_fee_pence)
       values ($2, $1, 2, 1000000, 60, 0, 0)`,
      [orgId, dearer],
    );
    await query(database.url, 'update organizations set rate_card_id = $2 where id = $1', [orgId, dearer]);
    expect(await reserve(here, orgId, randomUUID())).toMatchObject({ reservedPence: 500, effectiveBalancePence: 220 });
    expect(await commit(here, orgId, running, 60)).toMatchObject({ actualCostPence: 56 });
  });

  it.each([
    ['sharing', `update organizations set sharing = 'strict' where id = $1`, { sharing: 'strict' }],
    ['estimate', 'update organizations set estimated_minutes = 2 where id = $1', { reservedPence: 112 }],
    ['prepaid billing', 'update organizations set prepaid_billing = false where id = $1', { reservedPence: 0 }],
  ])('follows a change of the terms of calls: %s', async (_, sql, seen) => {
    done(await reserve(here, orgId, randomUUID()));
    await query(database.url, sql, [orgId]);
    expect(await reserve(here, orgId, randomUUID())).toMatchObject(seen);
  });

  it('follows a change of the terms of calls, also when a charge that does not ask for them saw the wallet first', async () => {
    done(await reserve(here, orgId, randomUUID()));
    await query(database.url, 'update organizations set estimated_minutes = 2 where id = $1', [orgId]);
    done(await buy(here, orgId));
    await sleep(ASKS_FIRST_MS);
    expect(await reserve(here, orgId, randomUUID())).toMatchObject({ reservedPence: 112 });
    expect(decisions.disprovals).toBe(1);
  });

  it('of a hold does not charge twice what was charged, or charge from what was given back, elsewhere', async () => {
    const [charged, released] = [randomUUID(), randomUUID()];
    for (const callId of [charged, released]) done(await reserve(here, orgId, callId));
    const first = done(await commit(elsewhere, orgId, charged, 61));
    done(await elsewhere.execute(releaseReservedCredits({ ...by, orgId, callId: released })));
    expect(await commit(here, orgId, charged, 61)).toEqual({ ...first, duplicate: true });
    expect(await commit(here, orgId, released, 61)).toMatchObject({ code: 'no_active_reservation' });
    expect(await walletOf(database.url, orgId)).toEqual({ balance: 888, held: 0, arrears: 0, active: 0 });
  });

  it('is forgotten when a batch fails, so that the next one stands on its own', async () => {
    await query(database.url, 'alter table wallets add constraint no_more check (balance_pence > 950) not valid');
    await expect(buy(here, orgId)).rejects.toMatchObject({ constraint: 'no_more' });
    await query(database.url, 'alter table wallets drop constraint no_more');
    expect(await buy(here, orgId)).toMatchObject({ balanceBeforePence: 1_000, balanceAfterPence: 900 });
  });

  it('decides one wallet while another of the same batch is decided under its lock, each in order of arrival', async () => {
    const [broke = ''] = await openWallets(here, database.url, 1, { balancePence: 100 });
    done(await buy(here, broke));
    const answers = await Promise.all([
      buy(here, broke),
      buy(here, orgId),
      here.execute(addCredits({ ...by, orgId: broke, type: 'topup', amountPence: 100, idempotencyKey: randomUUID() })),
      buy(here, broke),
      buy(here, orgId),
    ]);
    expect(answers).toMatchObject([
      { code: 'insufficient_balance', facts: { effectiveBalancePence: 0 } },
      { balanceAfterPence: 900 },
      { balanceAfterPence: 100 },
      { balanceAfterPence: 0 },
      { balanceAfterPence: 800 },
    ]);
  });

  it('is worth little while two replicas write one wallet, and no money is lost or made', async () => {
    const replicas = [here, elsewhere];
    await topUp(here, orgId, 100_000);
    const answers: unknown[] = [];
    for (let round = 0; round < 40; round++) {
      const calls = Array.from({ length: 6 }, () => randomUUID());
      answers.push(...(await Promise.all(calls.map((id, i) => reserve(replicas[i % 2] as UnitOfWork, orgId, id)))));
      answers.push(...(await Promise.all(replicas.map((replica) => buy(replica, orgId)))));
      answers.push(
        ...(await Promise.all(calls.map((id, i) => commit(replicas[(i + round) % 2] as UnitOfWork, orgId, id, 61)))),
      );
    }
    expect(outcomes(answers)).toEqual({ ok: 40 * 14 });
    expect(await walletOf(database.url, orgId)).toEqual({
      balance: 101_000 - 40 * (6 * 112 + 2 * 100),
      held: 0,
      arrears: 0,
      active: 0,
    });
    expect(await journalOf(database.url, orgId)).toMatchObject({ did: 81, reservation: 240, call_deduction: 240 });
  });
});

import { randomUUID } from 'node:crypto';
import { addCredits, deductAsset } from '@holdfast/ledger';
import type { UnitOfWork } from '@holdfast/platform';
import { Client } from 'pg';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { done, expectSoundBook, journalOf, openWallets, outcomes, query, unitOfWork, walletOf } from '../support/money';
import { PostgresProxy, type Mishap } from '../support/postgres-proxy';

const by = { createdBy: 'test' };
const COST = 10;
const buy = (work: UnitOfWork, orgId: string, idempotencyKey: string = randomUUID()) =>
  work.execute(deductAsset({ ...by, orgId, assetType: 'did', costPence: COST, idempotencyKey }));
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

let database: FreshDatabase;
let proxy: PostgresProxy;
let work: UnitOfWork;
let orgId: string;
/** Batches that were under way when another one began. */
let overlaps: number;

beforeAll(async () => {
  database = await freshDatabase('overlap');
  proxy = await PostgresProxy.before(database.url);
});

beforeEach(async () => {
  overlaps = 0;
  proxy.cuts = 0;
  work = unitOfWork(proxy.url, { lanes: 1 });
  [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 10_010 });
  done(await buy(work, orgId));
});

afterEach(() => work.close());

afterAll(async () => {
  await expectSoundBook(database.url);
  await proxy.stop();
  await database.drop();
});

/** Somebody sits on the wallet until the first batch waits for it and the second has been judged behind it. */
async function whileTheFirstBatchWaits(then: (sitter: Client) => Promise<unknown>, send: () => Promise<unknown>[]) {
  const sitter = new Client({ connectionString: database.url });
  await sitter.connect();
  await sitter.query('begin');
  await sitter.query('select from wallets where org_id = $1 for update', [orgId]);
  const sent = send();
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await query(database.url, waiting)).length === 0);
  overlaps = work.queued === 0 ? 1 : 0;
  await then(sitter);
  await sitter.end();
  return Promise.all(sent);
}

describe('batches of one wallet that are under way together', () => {
  it('are judged each on what the one before will leave behind, in order of arrival', async () => {
    const answers = await whileTheFirstBatchWaits(
      (sitter) => sitter.query('commit'),
      () => many(200, () => buy(work, orgId)),
    );
    expect(overlaps).toBe(1);
    const before = answers.map((answer) => (answer as { balanceBeforePence: number }).balanceBeforePence);
    expect(before).toEqual(many(200, (i) => 10_000 - i * COST));
    expect(await journalOf(database.url, orgId)).toEqual({ did: 201, topup: 1 });
  });

  it('are all decided anew, in the same order, when the wallet was not what it was taken for', async () => {
    const answers = await whileTheFirstBatchWaits(
      async (sitter) => {
        const spent = `insert into credit_transactions (id, org_id, seq, type, amount_pence, balance_before_pence,
            balance_after_pence, held_before_pence, held_after_pence, counter_account, created_by, created_at)
          values ($2, $1, 3, 'did', 9000, 10000, 1000, 0, 0, 'revenue:assets', 'elsewhere', clock_timestamp())`;
        await sitter.query(spent, [orgId, randomUUID()]);
        await sitter.query('update wallets set balance_pence = 1000, version = 3 where org_id = $1', [orgId]);
        await sitter.query('commit');
      },
      () => many(200, () => buy(work, orgId)),
    );
    expect(overlaps).toBe(1);
    expect(outcomes(answers)).toEqual({ ok: 100, insufficient_balance: 100 });
    expect(outcomes(answers.slice(0, 100))).toEqual({ ok: 100 });
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 0 });
  });

  it('keep their order also where one is refused, and topped up by the next', async () => {
    const topUp = { ...by, orgId, type: 'topup', amountPence: 100, idempotencyKey: randomUUID() } as const;
    const dear = { ...by, orgId, assetType: 'did', costPence: 10_050, idempotencyKey: randomUUID() } as const;
    const [refused, ...rest] = await whileTheFirstBatchWaits(
      (sitter) => sitter.query('commit'),
      () => [
        work.execute(deductAsset(dear)),
        ...many(127, () => buy(work, orgId)),
        work.execute(addCredits(topUp)),
        ...many(71, () => buy(work, orgId)),
      ],
    );
    expect(refused).toMatchObject({ code: 'insufficient_balance', facts: { balancePence: 10_000 } });
    expect(outcomes(rest)).toEqual({ ok: 199 });
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 10_100 - 198 * COST });
  });

  it('recognise a repeat in the batch behind', async () => {
    const keys = many(100, () => randomUUID());
    const answers = await Promise.all([...keys, ...keys].map((key) => buy(work, orgId, key)));
    const ids = answers.map((answer) => done(answer).transactionId);
    expect(ids.slice(100)).toEqual(ids.slice(0, 100));
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 10_000 - 100 * COST });
  });

  it.each<Mishap>(['cut after BEGIN', 'cut instead of COMMIT', 'cut after COMMIT'])(
    'have each command’s effect exactly once when their connection is lost (%s)',
    async (mishap) => {
      proxy.plan(mishap);
      const answers = await Promise.all(many(300, () => buy(work, orgId)));
      expect(proxy.cuts).toBe(1);
      expect(outcomes(answers)).toEqual({ ok: 300 });
      expect(answers.filter((answer) => done(answer).replayed)).toEqual([]);
      expect(await journalOf(database.url, orgId)).toEqual({ did: 301, topup: 1 });
      expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 10_000 - 300 * COST });
    },
  );
});

import { randomUUID } from 'node:crypto';
import { addCredits, deductAsset, type AssetType } from '@holdfast/ledger';
import {
  Shelf,
  statement,
  want,
  type Command,
  type Connection,
  type ShelfStore,
  type UnitOfWork,
} from '@holdfast/platform';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { expectSoundBook, journalOf, lockWallet, openWallets, query, unitOfWork, walletOf } from '../support/money';

const purchase = (orgId: string, assetType = 'did' as AssetType) =>
  deductAsset({ orgId, assetType, costPence: 100, idempotencyKey: randomUUID(), createdBy: 'test' });

type Writing = (connection: Connection) => readonly Promise<unknown>[];
const SABOTAGE = new Shelf<Writing, { writings: readonly Writing[] }>('sabotage', 'read');
const NOTHING = statement<object>('nothing', 'select');
/** Writes what its commands ask for, after the wallets: whatever can go wrong between a decision and COMMIT. */
const saboteur: ShelfStore<Writing, { writings: readonly Writing[] }> = {
  load: async (connection, writings) => {
    await connection.send(NOTHING);
    return { writings };
  },
  store: (connection, { writings }) => writings.flatMap((write) => write(connection)),
};

/** A purchase whose transaction also does something else. */
function purchaseAnd(orgId: string, writing: Writing): Command<unknown> {
  const bought = purchase(orgId);
  return { ...bought, wants: [...bought.wants, want(SABOTAGE, writing)] };
}

describe('in a batch of many', () => {
  let database: FreshDatabase;
  let work: UnitOfWork;
  let wallets: string[];

  beforeAll(async () => {
    database = await freshDatabase('bad_commands');
    work = unitOfWork(database.url, { lanes: 1 });
    work.keep(SABOTAGE, saboteur);
  });

  beforeEach(async () => {
    wallets = await openWallets(work, database.url, 9, { balancePence: 100 });
  });

  afterAll(async () => {
    await expectSoundBook(database.url);
    await work.close();
    await database.drop();
  });

  /** Nine good purchases on nine wallets, and the bad command in their midst. */
  async function expectHarmToNobodyElse(bad: Command<unknown>): Promise<PromiseSettledResult<unknown>> {
    const commands = wallets.map((orgId) => purchase(orgId) as Command<unknown>);
    commands.splice(4, 0, bad);
    const outcomes = await Promise.allSettled(commands.map((command) => work.execute(command)));
    const [own] = outcomes.splice(4, 1);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'fulfilled', value: { replayed: false } });
    for (const orgId of wallets) {
      expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 0 });
      expect(await journalOf(database.url, orgId)).toEqual({ did: 1, topup: 1 });
    }
    return own as PromiseSettledResult<unknown>;
  }

  async function poor(): Promise<string> {
    const [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 1_000 });
    return orgId;
  }

  it('a command that throws while deciding fails alone', async () => {
    const orgId = await poor();
    const throws = (): never => {
      throw new TypeError('a bug in a rule');
    };
    const bad = { ...purchase(orgId), decide: throws };
    const own = await expectHarmToNobodyElse(bad);
    expect(own).toMatchObject({ status: 'rejected', reason: { message: 'a bug in a rule' } });
    await expect(work.execute(bad)).rejects.toThrow('a bug in a rule');
    const open = `select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`;
    expect(await query(database.url, open)).toEqual([]); // it would sit on its wallets' locks
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 1_000 });
  });

  it('a command that breaks a constraint of the database fails alone', async () => {
    const orgId = await poor();
    const own = await expectHarmToNobodyElse(purchase(orgId, 'yacht' as AssetType));
    expect(own).toMatchObject({ status: 'rejected', reason: { constraint: 'credit_transactions_type_check' } });
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 1_000 });
  });

  it('a command whose write fails unnoticed fails alone: its COMMIT is skipped', async () => {
    const orgId = await poor();
    const unnoticed: Writing = (connection) => [
      connection.send(statement('division', 'select 1 / 0')).catch(() => 'swallowed'),
    ];
    const own = await expectHarmToNobodyElse(purchaseAnd(orgId, unnoticed));
    expect(own).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 1_000 });
  });

  it('a command whose store throws before sending fails alone, and leaves nothing for the next transaction', async () => {
    const orgId = await poor();
    const throws: Writing = () => {
      throw new RangeError('a bug in a store');
    };
    const own = await expectHarmToNobodyElse(purchaseAnd(orgId, throws));
    expect(own).toMatchObject({ status: 'rejected', reason: { message: 'a bug in a store' } });
    await expect(work.execute(purchaseAnd(orgId, throws))).rejects.toThrow('a bug in a store');
    await work.execute(purchase(wallets[0] as string)); // its COMMIT must not carry the failed one along
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 1_000 });
  });

  it('a command that finds its row taken by a twin looks again, and gives the answer of a repeat', async () => {
    const orgId = await poor();
    const request = { orgId, assetType: 'did', costPence: 100, idempotencyKey: 'twin', createdBy: 'test' } as const;
    await work.execute(deductAsset(request));
    const blind = deductAsset(request);
    let looks = 0;
    // the first look sees a journal from before the twin committed, as a read without the wallet's lock would
    const command: Command<unknown> = {
      ...blind,
      decide: (desk) =>
        blind.decide(looks++ < 2 ? Object.assign(Object.create(desk), { on: withoutKeys(desk) }) : desk),
    };
    const own = await expectHarmToNobodyElse(command);
    expect(own).toMatchObject({ status: 'fulfilled', value: { replayed: true } });
    expect(looks).toBe(3); // in the batch, alone, and alone again
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 900 });
  });
});

/** A desk on which no earlier entry of any key lies. */
function withoutKeys(desk: { on(shelf: unknown): object }): (shelf: { name: string }) => object {
  return (shelf) =>
    shelf.name === 'keyed entries' ? { find: () => undefined, remember: () => undefined } : desk.on(shelf);
}

describe('a wallet that somebody else keeps locked', () => {
  it('costs its own commands two seconds, not everybody behind them', async () => {
    const database = await freshDatabase('locked');
    const work = unitOfWork(database.url, { lanes: 1 });
    const [locked = '', free = ''] = await openWallets(work, database.url, 2, { balancePence: 10_000 });
    const sitter = await lockWallet(database.url, locked);
    const started = Date.now();
    const stuck = Array.from({ length: 5 }, () => work.execute(purchase(locked)));
    const passing = work.execute(purchase(free));
    expect(await passing).toMatchObject({ replayed: false });
    const waitedMs = Date.now() - started;
    await sitter.release();
    const answers = await Promise.all(stuck);
    await work.close();
    await database.drop();
    expect(answers[0]).toMatchObject({ code: 'database_unavailable', facts: { retryAfterSeconds: 1 } });
    expect(waitedMs).toBeLessThan(6_000); // the batch waits 2 s once, the locked wallet 2 s once more
  });
});

describe('a refused topup', () => {
  it('does not remember its key: the same request may succeed later', async () => {
    const database = await freshDatabase('refusals');
    const work = unitOfWork(database.url);
    const [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 9_007_199_254_740_990 });
    const request = { orgId, type: 'topup', amountPence: 2, idempotencyKey: 'later', createdBy: 'test' } as const;
    expect(await work.execute(addCredits(request))).toMatchObject({ code: 'amount_out_of_range' });
    await work.execute(purchase(orgId));
    expect(await work.execute(addCredits(request))).toMatchObject({
      replayed: false,
      balanceAfterPence: 9_007_199_254_740_892,
    });
    await work.close();
    await database.drop();
  });
});

import { randomUUID } from 'node:crypto';
import { isRefusal } from '@holdfast/kernel';
import { deductAsset } from '@holdfast/ledger';
import { Batcher, MAX_QUEUE, type Outcome, type UnitOfWork } from '@holdfast/platform';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { expectSoundBook, openWallets, outcomes, unitOfWork, walletOf } from '../support/money';

const purchase = (orgId: string) =>
  deductAsset({ orgId, assetType: 'did', costPence: 1, idempotencyKey: randomUUID(), createdBy: 'test' });

describe('a unit of work whose queue is full', () => {
  let database: FreshDatabase;
  let work: UnitOfWork;
  let shed = 0;

  beforeAll(async () => {
    database = await freshDatabase('overload');
    work = unitOfWork(database.url, { metrics: { ran: () => undefined, shed: () => (shed += 1) } });
  });

  afterAll(() => database.drop());

  it('refuses what comes at once, does what it accepted exactly once, and then serves again', async () => {
    const [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 20_000 });
    const excess = 100;
    const answers = Array.from({ length: MAX_QUEUE + excess }, () => work.execute(purchase(orgId)));
    expect(work.queued).toBe(MAX_QUEUE);
    const last = await answers.at(-1);
    expect(last).toMatchObject({ code: 'overloaded', facts: { retryAfterSeconds: 1 } });
    expect(work.queued).toBeGreaterThan(0); // told while the others still wait
    expect(outcomes(await Promise.all(answers))).toEqual({ ok: MAX_QUEUE, overloaded: excess });
    expect(shed).toBe(excess);
    expect(await work.execute(purchase(orgId))).toMatchObject({ replayed: false });
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 20_000 - MAX_QUEUE - 1 });
  });

  it('answers everything it accepted before it closes, and refuses what comes later', async () => {
    const [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 1_000 });
    const accepted = Array.from({ length: 500 }, () => work.execute(purchase(orgId)));
    let answered = 0;
    for (const answer of accepted) void answer.then(() => (answered += 1));
    const closed = work.close();
    expect(await work.execute(purchase(orgId))).toMatchObject({ code: 'overloaded' });
    await closed;
    expect(answered).toBe(500);
    expect(outcomes(await Promise.all(accepted))).toEqual({ ok: 500 });
    expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 500 });
    await expectSoundBook(database.url);
  });
});

describe('a batcher', () => {
  const echo = (items: readonly number[]): Outcome<number>[] => items.map((answer) => ({ ok: true, answer }));
  const batcherOf = (run: (lane: number, items: readonly number[]) => Promise<Outcome<number>[]>) =>
    new Batcher<number, number>({ name: 'test', lanes: 4, maxBatch: 10, maxQueue: 50, run });

  it('counts waiting items over all lanes', async () => {
    const batcher = batcherOf((_, items) => Promise.resolve(echo(items)));
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => batcher.submit(`key ${i}`, i)));
    expect(answers.filter(isRefusal)).toHaveLength(10);
    expect(answers.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('keeps the items of one key on one lane, in order, never two batches of it at once', async () => {
    const seen: { lane: number; item: number }[] = [];
    const underWay = new Set<number>();
    const batcher = batcherOf(async (lane, items) => {
      expect(underWay.has(lane)).toBe(false);
      underWay.add(lane);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay.delete(lane);
      for (const item of items) seen.push({ lane, item });
      return echo(items);
    });
    await Promise.all(Array.from({ length: 50 }, (_, i) => batcher.submit(`key ${i % 5}`, i)));
    for (const key of [0, 1, 2, 3, 4]) {
      const own = seen.filter(({ item }) => item % 5 === key);
      expect(new Set(own.map(({ lane }) => lane)).size).toBe(1);
      expect(own.map(({ item }) => item)).toEqual([...own.map(({ item }) => item)].sort((a, b) => a - b));
    }
  });

  it('fails the items of a batch that fails, and goes on with the next', async () => {
    const batcher = batcherOf((_, items) =>
      items.includes(1) ? Promise.reject(new Error('broken')) : Promise.resolve(echo(items)),
    );
    await expect(batcher.submit('key', 1)).rejects.toThrow('broken');
    expect(await batcher.submit('key', 2)).toBe(2);
  });

  it('never leaves an item unanswered, even when its runner forgets it', async () => {
    const batcher = batcherOf(() => Promise.resolve([]));
    await expect(batcher.submit('key', 1)).rejects.toThrow('unanswered');
  });
});

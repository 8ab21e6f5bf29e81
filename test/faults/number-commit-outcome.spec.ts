import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { expectNumberAndChargeOrNeither, NumberBook, provision } from '../support/numbers';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { PostgresProxy, type Mishap } from '../support/postgres-proxy';
import { makeTenant } from '../support/tenant';

const MOMENTS = 'holdfast:number-saga';
const BALANCE = 10_000;

/** Which transaction of the saga meets with it: the one right after this moment. */
const STEPS = [
  ['order and charge', 'searched', '212', 'active'],
  ['noting that the purchase goes out', 'charged', '212', 'active'],
  ['noting what was bought', 'buy_answered', '212', 'active'],
  ['the activation', 'register_answered', '212', 'active'],
  ['the refund', 'buy_answered', '556', 'failed'],
] as const;
const MISHAPS: readonly Mishap[] = ['cut after BEGIN', 'cut instead of COMMIT', 'cut after COMMIT'];

describe('a connection that is lost while a step is committed', () => {
  let database: FreshDatabase;
  let proxy: PostgresProxy;
  let engine: TestEngine;
  let book: NumberBook;

  beforeAll(async () => {
    database = await freshDatabase('number_commits');
    proxy = await PostgresProxy.before(database.url);
    engine = await startTestEngine({ databaseUrl: proxy.url });
    book = new NumberBook(database.url);
    await book.open();
  });

  afterAll(async () => {
    await book.close();
    await engine.stop();
    await proxy.stop();
    await database.drop();
  });

  describe.each(STEPS)('%s', (_step, moment, areaCode, end) => {
    it.each(MISHAPS)('%s: is settled at once, for the very client that asked', async (mishap) => {
      const { orgId, key } = await makeTenant(engine, { balancePence: BALANCE });
      const plan = (message: unknown): void => {
        if ((message as { moment: string }).moment !== moment) return;
        unsubscribe(MOMENTS, plan);
        proxy.plan(mishap);
      };
      const cutsBefore = proxy.cuts;
      subscribe(MOMENTS, plan);
      const once = randomUUID();
      const answer = await provision(engine.url, key, areaCode, once);
      expect(proxy.cuts).toBe(cutsBefore + 1);

      expect(answer).toMatchObject({ status: end === 'active' ? 201 : 502, replayed: false });
      expect(await book.ordered(orgId)).toMatchObject([{ status: end, charges: 1, refunds: end === 'active' ? 0 : 1 }]);
      expect(await book.balanceOf(orgId)).toBe(end === 'active' ? BALANCE - 1_000 : BALANCE);
      expect(await provision(engine.url, key, areaCode, once)).toMatchObject({ status: answer.status, replayed: true });
      await expectNumberAndChargeOrNeither(book, engine.settings.sandboxFolder);
    });
  });
});

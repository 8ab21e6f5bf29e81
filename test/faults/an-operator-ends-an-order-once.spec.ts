import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { NumberProvider } from '../../libs/telephony/src/application/number-provider.port';
import { NUMBER_PROVIDER } from '../../libs/telephony/src/application/number-provider.token';
import { NumberResolver } from '../../libs/telephony/src/application/number-resolver';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import { HeldAnswer } from '../support/held-answer';
import { operatorOf, type Answer } from '../support/http-client';
import { NumberBook } from '../support/numbers';
import { PostgresProxy, type Mishap } from '../support/postgres-proxy';
import { PRICE, rowOf, stuckNumber, type StuckNumber } from '../support/stuck-numbers';
import { sql } from '../telephony/support/database-access';
import { Operator } from '../telephony/support/operator';

const MOMENTS = 'holdfast:number-saga';
const MISHAPS: readonly Mishap[] = ['cut after BEGIN', 'cut instead of COMMIT', 'cut after COMMIT'];
/** What the sandbox does with a purchase, by area code. */
const [BUYS_NOTHING, BOUGHT] = ['557', '558'];
const REASON = 'the account is closed';
const ONCE = ['topup', 'phone_number', 'refund'];

let database: FreshDatabase;
let proxy: PostgresProxy;
let engine: TestEngine;
let replica: TestEngine;
let book: NumberBook;

beforeAll(async () => {
  database = await freshDatabase('number_ends');
  proxy = await PostgresProxy.before(database.url);
  engine = await startTestEngine({ databaseUrl: proxy.url });
  replica = await startTestEngine({ databaseUrl: proxy.url, sandboxFolder: engine.settings.sandboxFolder });
  book = new NumberBook(database.url);
  await book.open();
});

afterEach(async () => {
  jest.restoreAllMocks();
  expect(await new Operator(engine).violations()).toEqual([]);
});

afterAll(async () => {
  await book.close();
  await replica.stop();
  await engine.stop();
  await proxy.stop();
  await database.drop();
});

const end = (where: TestEngine, { id }: StuckNumber, reason = REASON): Promise<Answer> =>
  operatorOf(where).send('POST', `api/admin/phone-numbers/${id}/end`, { reason });
const providerOf = ({ engine: { app } }: TestEngine): NumberProvider =>
  app.get<NumberProvider>(NUMBER_PROVIDER, { strict: false });

/** This replica's saga takes it, whoever had it. */
async function goOn({ engine: { app } }: TestEngine, { id }: StuckNumber): Promise<unknown> {
  const due = `update phone_numbers set next_attempt_at = now(), version = version + 1 where id = $1`;
  await sql(database.url, due, [id]);
  return app.get(NumberResolver, { strict: false }).resolveDue();
}

/** Its provider can be asked, and what it says stays on the way. */
function hold(where: TestEngine, outcome?: { kind: 'unknown'; detail: string }): HeldAnswer {
  const answer = new HeldAnswer();
  const provider = providerOf(where);
  const find = provider.findByIntent.bind(provider);
  jest.spyOn(provider, 'findByIntent').mockImplementationOnce((id) => answer.of(outcome ?? find(id)));
  return answer;
}

const AWAY = { kind: 'unknown', detail: 'timed out' } as const;

describe('two operators at once', () => {
  it('20 requests in two replicas end an order once', async () => {
    const number = await stuckNumber(engine, BUYS_NOTHING, `provider = 'twilio'`);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => end(i % 2 ? engine : replica, number, `reason ${i}`)),
    );
    // Who was overtaken while asking is told so; who came later, how it ended.
    expect(answers.filter(({ status }) => ![200, 409].includes(status))).toEqual([]);
    const ended = answers.filter(({ status }) => status === 200);
    expect(ended.length).toBeGreaterThan(0);
    const final = await end(engine, number);
    for (const { body } of ended) expect(body).toEqual(final.body);
    expect(await book.journalOf(number.tenant.orgId)).toEqual(ONCE);
    expect(await book.balanceOf(number.tenant.orgId)).toBe(PRICE);
  });
});

describe('an operator, and the saga that has just found the number', () => {
  it('the operator took it first: the saga writes nothing, and the number is listed', async () => {
    const number = await stuckNumber(engine, BOUGHT);
    const found = hold(engine);
    const sagaIsDone = goOn(engine, number);
    await found.asked;
    const lastLook = hold(replica, AWAY);
    const ending = end(replica, number);
    await lastLook.asked;
    const taken = await rowOf(engine, number.id);

    found.letGo();
    await sagaIsDone;
    expect(await rowOf(engine, number.id)).toEqual(taken);
    lastLook.letGo();
    expect(await ending).toMatchObject({ status: 200, body: { failureReason: 'ended_by_operator' } });
    expect(await book.journalOf(number.tenant.orgId)).toEqual(ONCE);

    await sql(database.url, `update phone_numbers set settled_at = now() - interval '1 hour' where id = $1`, [
      number.id,
    ]);
    const { body } = await operatorOf(engine).send('POST', 'api/admin/phone-number-orphans/check');
    expect(body.data).toContainEqual(expect.objectContaining({ kind: 'nobody_paid', intentId: number.id }));
  });

  it('the saga took it while the operator’s engine slept: delivered, and nothing is refunded', async () => {
    const number = await stuckNumber(engine, BOUGHT);
    const lastLook = hold(replica, AWAY);
    const ending = end(replica, number);
    await lastLook.asked;
    await goOn(engine, number);
    expect(await rowOf(engine, number.id)).toMatchObject({ status: 'active' });
    lastLook.letGo();
    expect(await ending).toMatchObject({ status: 409, body: { code: 'already_committed' } });
    expect(await book.journalOf(number.tenant.orgId)).toEqual(['topup', 'phone_number']);
  });

  it('the saga took it and is still at it: the operator is told, and nothing is written over', async () => {
    const number = await stuckNumber(engine, BOUGHT);
    const lastLook = hold(replica, AWAY);
    const ending = end(replica, number);
    await lastLook.asked;
    const found = hold(engine);
    const sagaIsDone = goOn(engine, number);
    await found.asked;
    lastLook.letGo();
    expect(await ending).toMatchObject({ status: 409, body: { code: 'request_in_progress' } });
    found.letGo();
    await sagaIsDone;
    expect(await rowOf(engine, number.id)).toMatchObject({ status: 'active' });
  });
});

describe('a connection that is lost', () => {
  it.each(MISHAPS)('while the operator takes the order, %s: it is ended all the same', async (mishap) => {
    const number = await stuckNumber(engine, BUYS_NOTHING, `provider = 'twilio'`);
    proxy.plan(mishap);
    await expectEndedOnce(number);
  });

  it.each(MISHAPS)('while the end is committed, %s: it is ended once', async (mishap) => {
    const number = await stuckNumber(engine, BUYS_NOTHING, `provider = 'twilio'`);
    const plan = (message: unknown): void => {
      if ((message as { moment: string }).moment !== 'end_asked') return;
      unsubscribe(MOMENTS, plan);
      proxy.plan(mishap);
    };
    subscribe(MOMENTS, plan);
    await expectEndedOnce(number);
  });

  async function expectEndedOnce(number: StuckNumber): Promise<void> {
    const cutsBefore = proxy.cuts;
    const first = await end(engine, number);
    expect(proxy.cuts).toBe(cutsBefore + 1);
    expect(first).toMatchObject({ status: 200, body: { failureReason: 'ended_by_operator' } });
    expect((await end(replica, number)).body).toEqual(first.body);
    expect(await book.journalOf(number.tenant.orgId)).toEqual(ONCE);
  }
});

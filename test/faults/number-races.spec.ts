import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { expectNumberAndChargeOrNeither, NumberBook, provision, send, soldNumbers } from '../support/numbers';
import { makeTenant } from '../support/tenant';

describe('many purchases at once, in two replicas', () => {
  let engine: TestEngine;
  let replica: TestEngine;
  let book: NumberBook;

  beforeAll(async () => {
    engine = await startTestEngine();
    const { databaseUrl, sandboxFolder } = engine.settings;
    replica = await startTestEngine({ databaseUrl, sandboxFolder });
    book = new NumberBook(databaseUrl);
    await book.open();
  });

  afterAll(async () => {
    await book.close();
    await replica.stop();
    await engine.stop();
  });

  const replicaOf = (i: number): string => (i % 2 === 0 ? engine.url : replica.url);

  it('100 requests with one key buy one number', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 100_000 });
    const once = randomUUID();
    const before = soldNumbers(engine.settings.sandboxFolder).length;
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => provision(replicaOf(i), key, '212', once)));

    expect(soldNumbers(engine.settings.sandboxFolder)).toHaveLength(before + 1);
    expect(await book.ordered(orgId)).toMatchObject([{ status: 'active', charges: 1, refunds: 0 }]);
    expect(await book.balanceOf(orgId)).toBe(99_000);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toMatchObject([{ status: 201, body: { status: 'active' } }]);
    // The others either waited long enough to see it active, or are told that it is being bought.
    expect(answers.every(({ status }) => status === 201 || status === 202)).toBe(true);
  });

  it('100 requests with keys of their own, on money for three, buy three', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 3_999 });
    const before = soldNumbers(engine.settings.sandboxFolder).length;
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => provision(replicaOf(i), key, '212')));

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    const refused = answers.filter(({ status }) => status === 402);
    expect(refused).toHaveLength(97);
    expect(refused[0]?.body).toMatchObject({ code: 'insufficient_balance', requiredPence: 1_000 });
    expect(soldNumbers(engine.settings.sandboxFolder)).toHaveLength(before + 3);
    expect(await book.balanceOf(orgId)).toBe(999);
  });

  it('a number is bought from what is not held for calls, and never on debt', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 1_100, debtLimitPence: 50_000 });
    const body = { p_org_id: orgId, p_call_id: randomUUID(), p_vapi_call_id: null, p_estimated_minutes: 5 };
    const held = await send(engine.url, 'POST', 'rest/v1/rpc/reserve_call_credits', { key, body });
    expect(held).toMatchObject({ status: 200, body: { success: true, reserved_pence: 280 } });
    expect(await provision(engine.url, key, '212')).toMatchObject({
      status: 402,
      body: { effectiveBalancePence: 820, shortfallPence: 180 },
    });
  });

  it('20 releases of one number release it once', async () => {
    const { orgId, key } = await makeTenant(engine, { balancePence: 1_000 });
    const { body } = await provision(engine.url, key, '212');
    const path = `api/managed-telephony/numbers/${String(body.phoneNumber)}`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => send(replicaOf(i), 'DELETE', path, { key })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await book.settled(orgId, 5_000);
    expect(await book.ordered(orgId)).toMatchObject([{ status: 'released', refunds: 0 }]);
  });

  it('and afterwards book and provider agree', async () => {
    const ordered = await book.ordered();
    expect(ordered.filter(({ status }) => status === 'active')).toHaveLength(4);
    await expectNumberAndChargeOrNeither(book, engine.settings.sandboxFolder);
  });
});

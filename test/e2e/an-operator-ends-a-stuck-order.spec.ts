import { randomUUID } from 'node:crypto';
import type { NumberProvider } from '../../libs/telephony/src/application/number-provider.port';
import { NUMBER_PROVIDER } from '../../libs/telephony/src/application/number-provider.token';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, operatorOf, type Answer } from '../support/http-client';
import { NumberBook, provision, send, soldNumbers } from '../support/numbers';
import { makeStuck, PRICE, rowOf, stuckNumber, type StuckNumber } from '../support/stuck-numbers';
import { makeTenant } from '../support/tenant';
import { sql } from '../telephony/support/database-access';
import { Operator } from '../telephony/support/operator';

/** What the sandbox does with a purchase, by area code. */
const [BUYS_NOTHING, BOUGHT, IS_AWAY, GOES_WELL] = ['557', '558', '571', '212'];
const REASON = 'the account is closed';
const NOTE = `ended by operator: ${REASON}`;

let engine: TestEngine;
let book: NumberBook;
let provider: NumberProvider;

beforeAll(async () => {
  engine = await startTestEngine();
  book = new NumberBook(engine.settings.databaseUrl);
  await book.open();
  provider = engine.engine.app.get<NumberProvider>(NUMBER_PROVIDER, { strict: false });
});

afterEach(async () => {
  jest.restoreAllMocks();
  expect(await new Operator(engine).violations()).toEqual([]);
});

afterAll(async () => {
  await book.close();
  await engine.stop();
});

const end = (id: string, reason: unknown = REASON): Promise<Answer> =>
  operatorOf(engine).send('POST', `api/admin/phone-numbers/${id}/end`, { reason });

/** The money is back, once, by whom the journal says. */
async function expectRefunded({ tenant, chargeId }: StuckNumber, createdBy: string): Promise<void> {
  expect(await book.balanceOf(tenant.orgId)).toBe(PRICE);
  const refunds = await sql(
    engine.settings.databaseUrl,
    'select created_by, amount_pence::int as pence from credit_transactions where refund_of = $1',
    [chargeId],
  );
  expect(refunds).toEqual([{ created_by: createdBy, pence: PRICE }]);
}

describe('the operator’s word counts where nobody can tell', () => {
  it.each([
    ['that was charged, and its provider is configured no more', GOES_WELL, `provider = 'twilio', step = 'charged'`],
    ['that was sent, and its provider is configured no more', BUYS_NOTHING, `provider = 'twilio'`],
    ['that was sent, and its provider is away', IS_AWAY, ''],
    ['that was bought, and its provider is configured no more', BOUGHT, `provider = 'vapi', step = 'registering'`],
  ])('an order %s: failed and refunded, in one atom', async (_, areaCode, change) => {
    // An order that went well is laid open again as it was before: only the row, not what the sandbox sold.
    const opened = areaCode === GOES_WELL ? `, status = 'pending', settled_at = null` : '';
    const number = await stuckNumber(engine, areaCode, change + opened);
    const first = await end(number.id);
    expect(first).toMatchObject({
      status: 200,
      body: { id: number.id, status: 'failed', failureReason: 'ended_by_operator', note: NOTE, costPence: PRICE },
    });
    await expectRefunded(number, 'operator');
    expect(await end(number.id, 'another reason')).toMatchObject({ status: 200, body: first.body });
    await expectRefunded(number, 'operator');
  });

  it('an order whose number is never taken back: failed, refunded, and listed where it lies', async () => {
    const number = await stuckNumber(engine, BOUGHT, `step = 'giving_back', status = 'pending'`);
    jest.spyOn(provider, 'release').mockResolvedValue({ kind: 'refused', reason: 'provider_rejected', detail: 'no' });
    expect(await end(number.id)).toMatchObject({ body: { status: 'failed', failureReason: 'ended_by_operator' } });
    await expectRefunded(number, 'operator');
    expect(await orphanOf(number.id)).toMatchObject({ detail: 'its order is failed', orgId: number.tenant.orgId });
  });

  it('a release that is always refused: released, without a refund', async () => {
    jest
      .spyOn(provider, 'release')
      .mockResolvedValue({ kind: 'refused', reason: 'provider_auth_failed', detail: 'no' });
    const { tenant, id } = await releasing();
    expect(await end(id)).toMatchObject({
      status: 200,
      body: { status: 'released', failureReason: null, refundTransactionId: null, note: NOTE },
    });
    expect(await book.balanceOf(tenant.orgId)).toBe(0);
    expect((await end(id)).body).toMatchObject({ status: 'released', note: NOTE });
    expect(await orphanOf(id)).toMatchObject({ detail: 'its order is released' });
  });

  it('the tenant hears how its order ended, and is not sold it by repeating', async () => {
    const tenant = await makeTenant(engine, { balancePence: PRICE });
    const key = randomUUID();
    const { body } = await provision(engine.url, tenant.key, IS_AWAY, key);
    await makeStuck(engine, String(body.id));
    await end(String(body.id));
    expect(await provision(engine.url, tenant.key, IS_AWAY, key)).toMatchObject({
      status: 502,
      replayed: true,
      body: { code: 'provider_failed', reason: 'ended_by_operator', refunded: true, id: body.id },
    });
    expect(await book.balanceOf(tenant.orgId)).toBe(PRICE);
  });

  it('a number that shows up at the provider afterwards is listed', async () => {
    const number = await stuckNumber(engine, IS_AWAY);
    await end(number.id);
    const sold = soldNumbers(engine.settings.sandboxFolder).find(({ intentId }) => intentId === number.id);
    expect(await orphanOf(number.id)).toMatchObject({ side: 'sandbox', phoneNumber: sold?.phoneNumber });
  });
});

describe('the provider’s word counts where it has one', () => {
  it('where nothing was bought: failed as without an operator', async () => {
    const number = await stuckNumber(engine, BUYS_NOTHING);
    expect(await end(number.id)).toMatchObject({ status: 200, body: { failureReason: 'nothing_bought' } });
    await expectRefunded(number, 'system:numbers');
  });

  it('where the number is there: 409, and the purchase goes on', async () => {
    const number = await stuckNumber(engine, BOUGHT);
    expectProblem(await end(number.id), 409, 'request_in_progress');
    await book.settled(number.tenant.orgId, 5_000);
    expect(await rowOf(engine, number.id)).toMatchObject({ status: 'active' });
    expect(await book.balanceOf(number.tenant.orgId)).toBe(0);
  });

  it('where it takes back what was bought in vain: failed for the reason that was noted', async () => {
    const blocked = `step = 'giving_back', status = 'pending', failure_reason = 'number_blocked'`;
    const number = await stuckNumber(engine, BOUGHT, blocked);
    expect(await end(number.id)).toMatchObject({ body: { status: 'failed', failureReason: 'number_blocked' } });
    await expectRefunded(number, 'system:numbers');
    expect(await orphanOf(number.id)).toBeUndefined();
  });

  it('where it confirms a release: released', async () => {
    jest.spyOn(provider, 'release').mockResolvedValueOnce({ kind: 'unknown', detail: 'timed out' });
    const { id } = await releasing();
    expect(await end(id)).toMatchObject({ status: 200, body: { status: 'released', note: 'timed out' } });
    expect(await orphanOf(id)).toBeUndefined();
  });
});

describe('what is not stuck is not ended', () => {
  it('a step of less than 30 minutes: 409 with the time that is left', async () => {
    const number = await stuckNumber(engine, BUYS_NOTHING);
    await sql(
      engine.settings.databaseUrl,
      `update phone_numbers set step_since = now() - interval '1000 seconds', version = version + 1 where id = $1`,
      [number.id],
    );
    const before = await rowOf(engine, number.id);
    const answer = await end(number.id);
    expectProblem(answer, 409, 'request_in_progress');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(780);
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(800);
    expect(await rowOf(engine, number.id)).toEqual(before);
  });

  it('an active number: 409, and it stays active', async () => {
    const tenant = await makeTenant(engine, { balancePence: PRICE });
    const { body } = await provision(engine.url, tenant.key, GOES_WELL);
    expectProblem(await end(String(body.id)), 409, 'already_committed');
    expect(await rowOf(engine, String(body.id))).toMatchObject({ status: 'active' });
  });

  it('an order that failed by itself is answered as it failed', async () => {
    const tenant = await makeTenant(engine, { balancePence: PRICE });
    const { body } = await provision(engine.url, tenant.key, '556');
    expect(await end(String(body.id))).toMatchObject({ status: 200, body: { failureReason: 'provider_out_of_money' } });
  });
});

describe('who may end what', () => {
  it('an organization may not, not even its own', async () => {
    const { id, tenant } = await stuckNumber(engine, IS_AWAY);
    const answer = await clientOf(engine, tenant).send('POST', `api/admin/phone-numbers/${id}/end`, { reason: REASON });
    expectProblem(answer, 403, 'forbidden');
    expect(await rowOf(engine, id)).toMatchObject({ status: 'unknown' });
    await end(id);
  });

  it.each([randomUUID(), 'nothing', '%00'])('%s is not found', async (id) => {
    expectProblem(await end(id), 404, 'phone_number_not_found');
  });

  it('another organization’s is not found by who names one', async () => {
    const { id, tenant } = await stuckNumber(engine, IS_AWAY);
    const other = await makeTenant(engine);
    const asked = ({ orgId }: { orgId: string }): Promise<Answer> =>
      operatorOf(engine, orgId).send('POST', `api/admin/phone-numbers/${id}/end`, { reason: REASON });
    expectProblem(await asked(other), 404, 'phone_number_not_found');
    expect((await asked(tenant)).status).toBe(200);
  });

  it.each([null, '', '   ', 'two\nlines', '\u0000', '\ud800', 'x'.repeat(256), 7])(
    'the reason %j is none',
    async (reason) => {
      const answer = await end(randomUUID(), reason);
      expectProblem(answer, 400, 'invalid_request');
      expect(answer.body.errors).toContainEqual({ path: 'reason', message: expect.any(String) });
    },
  );

  it('a reason of 255 characters in any language is kept', async () => {
    const { id } = await stuckNumber(engine, IS_AWAY);
    const reason = 'Κλειστός λογαριασμός – 閉鎖 '.padEnd(255, '…');
    expect((await end(id, reason)).body).toMatchObject({ note: `ended by operator: ${reason}` });
  });
});

/** A number that its tenant gave up, and whose release does not come to an end. */
async function releasing(): Promise<StuckNumber> {
  const tenant = await makeTenant(engine, { balancePence: PRICE });
  const { body } = await provision(engine.url, tenant.key, GOES_WELL);
  await send(engine.url, 'DELETE', `api/managed-telephony/numbers/${String(body.id)}`, { key: tenant.key });
  await makeStuck(engine, String(body.id));
  return { id: String(body.id), tenant, chargeId: String(body.transactionId) };
}

/** What the list of orphans says about it once the provider's list can be believed. */
async function orphanOf(id: string): Promise<object | undefined> {
  const settled = `update phone_numbers set settled_at = now() - interval '1 hour' where id = $1 and step is null`;
  await sql(engine.settings.databaseUrl, settled, [id]);
  const { body } = await operatorOf(engine).send('POST', 'api/admin/phone-number-orphans/check');
  return (body.data as { kind: string; intentId: string }[]).find(
    ({ kind, intentId }) => kind === 'nobody_paid' && intentId === id,
  );
}

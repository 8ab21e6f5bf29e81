import { randomUUID } from 'node:crypto';
import { NumberResolver } from '../../libs/telephony/src/application/number-resolver';
import { startTestEngine, type TestEngine } from '../support/engine';
import { expectProblem, operatorOf, type Answer } from '../support/http-client';
import { NumberBook, provision, send, soldNumbers } from '../support/numbers';
import { makeStuck, PRICE, refundByHand, rowOf, stuckNumber, type StuckNumber } from '../support/stuck-numbers';
import { makeTenant } from '../support/tenant';
import { sql } from '../telephony/support/database-access';
import { Operator } from '../telephony/support/operator';

/** What the sandbox does with a purchase, by area code. */
const [BUYS_NOTHING, IS_AWAY, GOES_WELL] = ['557', '571', '212'];
/** More looks than any of them needs. */
const LOOKS = 6;

let engine: TestEngine;
let book: NumberBook;

beforeAll(async () => {
  engine = await startTestEngine();
  book = new NumberBook(engine.settings.databaseUrl);
  await book.open();
});

afterAll(async () => {
  await book.close();
  await engine.stop();
});

const refund = ({ tenant, chargeId }: StuckNumber, key = randomUUID(), amountPence = PRICE): Promise<Answer> =>
  operatorOf(engine).post(
    `api/admin/organizations/${tenant.orgId}/credits`,
    { type: 'refund', amountPence, refundOf: chargeId },
    { key },
  );
const end = (id: string): Promise<Answer> =>
  operatorOf(engine).send('POST', `api/admin/phone-numbers/${id}/end`, { reason: 'the account is closed' });
const violations = (): Promise<string[]> => new Operator(engine).violations();

function expectRefused(answer: Answer, message: string): void {
  expectProblem(answer, 400, 'invalid_request');
  expect(answer.body.errors).toEqual([{ path: 'refundOf', message: expect.stringContaining(message) }]);
}

/** The saga looks at it as often as it wants to, without the pauses between. */
async function goOn(id: string): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const due = `update phone_numbers set next_attempt_at = now(), version = version + 1 where id = $1 and step is not null`;
    await sql(engine.settings.databaseUrl, due, [id]);
    await engine.engine.app.get(NumberResolver, { strict: false }).resolveDue();
  }
}

describe('the charge of an order that is still open', () => {
  it('is not refunded by hand: the answer says how the order is ended, and that is done', async () => {
    const number = await stuckNumber(engine, IS_AWAY);
    expectRefused(await refund(number), `POST /api/admin/phone-numbers/${number.id}/end`);
    expect(await book.balanceOf(number.tenant.orgId)).toBe(0);
    expect((await end(number.id)).body).toMatchObject({ status: 'failed' });
    expectRefused(await refund(number), 'refunded already');
    expect(await book.balanceOf(number.tenant.orgId)).toBe(PRICE);
    expect(await violations()).toEqual([]);
  });

  it('is not refunded while its number is being released, and may be afterwards', async () => {
    const tenant = await makeTenant(engine, { balancePence: PRICE });
    const { body } = await provision(engine.url, tenant.key, '565'); // its release times out
    const number = { id: String(body.id), tenant, chargeId: String(body.transactionId) };
    await send(engine.url, 'DELETE', `api/managed-telephony/numbers/${number.id}`, { key: tenant.key });
    expectRefused(await refund(number), 'being released');
    await makeStuck(engine, number.id);
    expect((await end(number.id)).body).toMatchObject({ status: 'released' });
    expect((await refund(number)).status).toBe(201);
    expect(await violations()).toEqual([]);
  });

  it('is nobody’s business but the ledger’s when it paid for no number', async () => {
    const tenant = await makeTenant(engine, { balancePence: PRICE });
    const charged = await operatorOf(engine, tenant.orgId).post('api/billing/deduct-asset', {
      assetType: 'phone_number',
      costPence: PRICE,
    });
    const number = { id: '', tenant, chargeId: String(charged.body.transactionId) };
    expect((await refund(number)).status).toBe(201);
  });
});

describe('an open order that was refunded before this was refused', () => {
  it('breaks the book until an operator ends it: what was given back is its refund', async () => {
    const number = await stuckNumber(engine, IS_AWAY);
    await refundByHand(engine, number);
    expect(await violations()).toHaveLength(2);
    const ended = await end(number.id);
    expect(ended).toMatchObject({ status: 200, body: { status: 'failed', failureReason: 'ended_by_operator' } });
    const refunds = await sql(
      engine.settings.databaseUrl,
      'select id as "refundTransactionId" from credit_transactions where refund_of = $1',
      [number.chargeId],
    );
    expect(refunds).toEqual([{ refundTransactionId: ended.body.refundTransactionId }]);
    expect(await book.balanceOf(number.tenant.orgId)).toBe(PRICE);
    expect(await violations()).toEqual([]);
  });

  it('is answered as it was when the key of that refund is sent again', async () => {
    const number = await stuckNumber(engine, IS_AWAY);
    const key = randomUUID();
    await refundByHand(engine, number, PRICE, key);
    const again = await refund(number, key);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expectRefused(await refund(number), 'refunded already');
    await end(number.id);
  });

  it('goes back when its number turns up: nobody has a number for nothing', async () => {
    const number = await stuckNumber(engine, IS_AWAY);
    await refundByHand(engine, number);
    await goOn(number.id);
    expect(await rowOf(engine, number.id)).toMatchObject({ status: 'failed', failure_reason: 'ended_by_operator' });
    expect(await book.journalOf(number.tenant.orgId)).toEqual(['topup', 'phone_number', 'refund']);
    expect(await book.balanceOf(number.tenant.orgId)).toBe(PRICE);
    const sold = soldNumbers(engine.settings.sandboxFolder).map(({ intentId }) => intentId);
    expect(sold).not.toContain(number.id);
    expect(await violations()).toEqual([]);
  });

  it('fails by itself when nothing was bought, with that refund', async () => {
    const number = await stuckNumber(engine, BUYS_NOTHING);
    await refundByHand(engine, number);
    await goOn(number.id);
    expect(await rowOf(engine, number.id)).toMatchObject({ status: 'failed', failure_reason: 'nothing_bought' });
    expect(await book.journalOf(number.tenant.orgId)).toEqual(['topup', 'phone_number', 'refund']);
    expect(await violations()).toEqual([]);
  });

  it('is not ended on half a refund: what is missing would be lost', async () => {
    const number = await stuckNumber(engine, IS_AWAY);
    await refundByHand(engine, number, PRICE / 2);
    const answer = await end(number.id);
    expectProblem(answer, 400, 'invalid_request');
    expect(answer.body.detail).toContain('refunded in part');
    expect(await rowOf(engine, number.id)).toMatchObject({ status: 'unknown', step: 'buying' });
    expect(await book.balanceOf(number.tenant.orgId)).toBe(PRICE / 2);
  });
});

it('a number that was refunded at no time is delivered, however often it was looked for', async () => {
  const number = await stuckNumber(engine, IS_AWAY);
  await goOn(number.id);
  expect(await rowOf(engine, number.id)).toMatchObject({ status: 'active' });
  expect((await provision(engine.url, number.tenant.key, GOES_WELL)).status).toBe(402); // it is paid
});

import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { expectNumberAndChargeOrNeither, NumberBook, provision, send, soldNumbers } from '../support/numbers';
import { refundByHand } from '../support/stuck-numbers';
import { makeTenant, type Tenant } from '../support/tenant';

const TIME_SCALE = 60;
const SETTLED_WITHIN_MS = 25_000;
const BALANCE = 10_000;

/** What the sandbox does (by area code), the first answer, and how it ends. */
const OUTCOMES: readonly [
  summary: string,
  areaCode: string,
  first: number,
  end: 'active' | 'failed',
  reason: string | null,
][] = [
  ['goes well', '212', 201, 'active', null],
  ['account out of money', '556', 502, 'failed', 'provider_out_of_money'],
  ['regulatory bundle missing', '561', 422, 'failed', 'regulatory_bundle_missing'],
  ['asked too often', '567', 502, 'failed', 'provider_rate_limited'],
  ['somebody else was faster', '569', 422, 'failed', 'number_taken'],
  ['no connection', '570', 502, 'failed', 'provider_unreachable'],
  ['timed out, nothing bought', '557', 202, 'failed', 'nothing_bought'],
  ['timed out after buying', '558', 202, 'active', null],
  ['timed out after buying, and the list lags', '566', 202, 'active', null],
  ['import refused for good', '559', 202, 'failed', 'provider_rejected'],
  ['activating, then blocked', '562', 202, 'failed', 'number_blocked'],
  ['activating, then active', '563', 202, 'active', null],
  ['import timed out after it was done', '564', 202, 'active', null],
  ['import succeeds at the third try', '568', 202, 'active', null],
];

describe('whatever the provider does, a purchase ends as number and charge, or neither (trap 9: a refund was fire-and-forget)', () => {
  let engine: TestEngine;
  let replica: TestEngine;
  let book: NumberBook;

  beforeAll(async () => {
    engine = await startTestEngine({ timeScale: TIME_SCALE });
    const { databaseUrl, sandboxFolder } = engine.settings;
    replica = await startTestEngine({ timeScale: TIME_SCALE, databaseUrl, sandboxFolder });
    book = new NumberBook(databaseUrl);
    await book.open();
  });

  afterAll(async () => {
    await book.close();
    await replica.stop();
    await engine.stop();
  });

  const tenant = (): Promise<Tenant> => makeTenant(engine, { balancePence: BALANCE });

  it.each(OUTCOMES)('%s (area code %s): %s, then %s', async (_summary, areaCode, first, end, reason) => {
    const { orgId, key } = await tenant();
    const once = randomUUID();
    const answer = await provision(engine.url, key, areaCode, once);
    expect(answer).toMatchObject({ status: first, replayed: false });
    if (first >= 400) expect(answer.body).toMatchObject({ reason, refunded: true });

    await book.settled(orgId, SETTLED_WITHIN_MS);
    const [number] = await book.ordered(orgId);
    expect(number).toMatchObject({ status: end, charges: 1, refunds: end === 'active' ? 0 : 1 });
    const again = await provision(replica.url, key, areaCode, once);
    expect(again.replayed).toBe(true);
    if (end === 'active') expect(again).toMatchObject({ status: 201, body: { id: number?.id, status: 'active' } });
    else expect(again.body).toMatchObject({ id: number?.id, reason, refunded: true });
    await expectNumberAndChargeOrNeither(book, engine.settings.sandboxFolder);
  });

  it('no number for sale: nothing is charged, not even for a moment', async () => {
    const { orgId, key } = await tenant();
    const answer = await provision(engine.url, key, '555');
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'provider_rejected', reason: 'no_number_in_area_code', refunded: false },
    });
    expect(await book.journalOf(orgId)).toEqual(['topup']);
    expect(await book.ordered(orgId)).toEqual([]);
  });

  it('a release that timed out is repeated until the provider confirms', async () => {
    const { orgId, key } = await tenant();
    const { body } = await provision(engine.url, key, '565');
    const path = `api/managed-telephony/numbers/${String(body.phoneNumber)}`;
    expect(await send(engine.url, 'DELETE', path, { key })).toMatchObject({
      status: 200,
      body: { status: 'releasing' },
    });
    await book.settled(orgId, SETTLED_WITHIN_MS);
    expect(await send(engine.url, 'GET', path, { key })).toMatchObject({ body: { status: 'released' } });
    expect(soldNumbers(engine.settings.sandboxFolder).map(({ intentId }) => intentId)).not.toContain(body.id);
  });

  it('a charge that was refunded by hand meanwhile is not refunded again: that was its refund', async () => {
    const { orgId, key } = await tenant();
    const { body } = await provision(engine.url, key, '557');
    const path = `api/managed-telephony/numbers/${String(body.id)}`;
    const number = await send(engine.url, 'GET', path, { key });
    const chargeId = String(number.body.transactionId);
    await refundByHand(engine, { id: String(body.id), tenant: { orgId, key }, chargeId });

    await book.settled(orgId, SETTLED_WITHIN_MS);
    expect(await send(engine.url, 'GET', path, { key })).toMatchObject({ body: { failureReason: 'nothing_bought' } });
    expect(await book.journalOf(orgId)).toEqual(['topup', 'phone_number', 'refund']);
    expect(await book.balanceOf(orgId)).toBe(BALANCE);
  });
});

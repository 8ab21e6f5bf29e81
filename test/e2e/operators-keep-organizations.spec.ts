import { randomUUID } from 'node:crypto';
import { startTestEngine, type TestEngine } from '../support/engine';
import { clientOf, expectProblem, operatorOf, type Answer, type HttpClient } from '../support/http-client';
import { expectSoundBook, journalOf, walletOf } from '../support/money';
import { allPages } from '../support/pages';
import { makeTenant, topUp, type Tenant } from '../support/tenant';

const ORGANIZATIONS = 'api/admin/organizations';

let engine: TestEngine;
let operator: HttpClient;

beforeAll(async () => {
  engine = await startTestEngine();
  operator = operatorOf(engine);
});

afterAll(async () => {
  await expectSoundBook(engine.settings.databaseUrl);
  await engine.stop();
});

const create = (body: object): Promise<Answer> => operator.send('POST', ORGANIZATIONS, body);

describe('an organization', () => {
  it('is created with the defaults of the engine', async () => {
    const answer = await create({ name: 'Acme Dental' });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Acme Dental',
      currency: 'GBP',
      debtLimitPence: 0,
      lowBalancePence: 0,
      prepaidBilling: true,
      estimatedMinutes: 5,
      sharing: 'protect',
      rateCard: { version: 1, pencePerMinute: 56, incrementSeconds: 60, minimumSeconds: 0, connectionFeePence: 0 },
      createdAt: expect.stringMatching(/Z$/),
    });
  });

  it('is created as told, and shown so', async () => {
    const terms = {
      id: randomUUID(),
      name: 'Ärzte & Söhne 🦷',
      currency: 'EUR',
      debtLimitPence: 9_007_199_254_740_991,
      lowBalancePence: 1_000,
      prepaidBilling: false,
      estimatedMinutes: 720,
      sharing: 'strict',
      rateCard: { pencePerMinute: 12.3456, incrementSeconds: 1, minimumSeconds: 30, connectionFeePence: 5 },
    };
    const answer = await create(terms);
    expect(answer.body).toMatchObject(terms);
    expect((await operator.get(`${ORGANIZATIONS}/${terms.id.toUpperCase()}`)).body).toEqual(answer.body);
  });

  it('created again with its id and terms is the same, marked; with other terms it is refused', async () => {
    const terms = { id: randomUUID(), name: 'Twice' };
    const first = await create(terms);
    const again = await create(terms);
    expect({ status: again.status, text: again.text }).toEqual({ status: 201, text: first.text });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expectProblem(await create({ ...terms, name: 'Other' }), 422, 'idempotency_key_reused');
    expect((await operator.get(`${ORGANIZATIONS}/${terms.id}`)).body).toMatchObject({ name: 'Twice' });
  });

  it('created ten times at once with one id exists once', async () => {
    const terms = { id: randomUUID(), name: 'At once' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(terms)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('is changed where told only; a changed tariff becomes a new version', async () => {
    const { body } = await create({ name: 'Before', debtLimitPence: 100 });
    const path = `${ORGANIZATIONS}/${String(body.id as string)}`;
    const changed = await operator.patch(path, { name: 'After', rateCard: { pencePerMinute: 49 } });
    expect(changed.status).toBe(200);
    const expected = {
      ...body,
      name: 'After',
      rateCard: { ...(body.rateCard as object), version: 2, pencePerMinute: 49 },
    };
    expect(changed.body).toEqual(expected);
    expect((await operator.patch(path, { rateCard: { pencePerMinute: 49 } })).body).toEqual(expected); // a repeat: no third version
    expect((await operator.patch(path, {})).body).toEqual(expected);
  });

  it('takes back the tariff that it shows', async () => {
    const { body } = await create({ name: 'Edited' });
    const path = `${ORGANIZATIONS}/${String(body.id as string)}`;
    const rateCard = { ...(body.rateCard as object), pencePerMinute: 49 };
    expect((await operator.patch(path, { rateCard })).body).toEqual({ ...body, rateCard: { ...rateCard, version: 2 } });
  });

  it('never gets a debt limit below what its calls use, and then nothing else is changed either', async () => {
    const tenant = await makeTenant(engine, { balancePence: 100, debtLimitPence: 500 });
    await clientOf(engine, tenant).post('api/billing/reserve-credits', { callId: randomUUID() });
    const path = `${ORGANIZATIONS}/${tenant.orgId}`;
    expectProblem(await operator.patch(path, { debtLimitPence: 179, name: 'Renamed' }), 409, 'debt_limit_in_use');
    expect((await operator.get(path)).body).toMatchObject({ debtLimitPence: 500, name: 'Test tenant' });
    expect((await operator.patch(path, { debtLimitPence: 180 })).body).toMatchObject({ debtLimitPence: 180 });
  });

  it('that does not exist is not found', async () => {
    for (const id of [randomUUID(), 'not-a-uuid', '%00', '1']) {
      expectProblem(await operator.get(`${ORGANIZATIONS}/${id}`), 404, 'organization_not_found');
      expectProblem(await operator.patch(`${ORGANIZATIONS}/${id}`, { name: 'x' }), 404, 'organization_not_found');
    }
  });

  it('is listed once, oldest first, page by page', async () => {
    const ids: unknown[] = [];
    for (let i = 0; i < 5; i++) ids.push((await create({ name: `Listed ${i}` })).body.id);
    const pages = await allPages<{ id: string; createdAt: string }>(operator, `${ORGANIZATIONS}?limit=3`);
    const listed = pages.flat();
    expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
    expect(listed.map(({ id }) => id).slice(-5)).toEqual(ids);
    expect(listed.every(({ createdAt }, i) => i === 0 || createdAt >= listed[i - 1]!.createdAt)).toBe(true);
  });

  it.each([
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a name too long', { name: 'x'.repeat(201) }],
    ['a name that is no text', { name: 7 }],
    ['an unknown field', { name: 'x', balancePence: 1_000_000 }],
    ['an id that is none', { name: 'x', id: 'org-1' }],
    ['a currency that is none', { name: 'x', currency: 'pounds' }],
    ['a debt limit below zero', { name: 'x', debtLimitPence: -1 }],
    ['a debt limit out of range', { name: 'x', debtLimitPence: 2 ** 53 }],
    ['a debt limit as text', { name: 'x', debtLimitPence: '100' }],
    ['half a penny', { name: 'x', lowBalancePence: 0.5 }],
    ['a flag as text', { name: 'x', prepaidBilling: 'true' }],
    ['no minutes', { name: 'x', estimatedMinutes: 0 }],
    ['more minutes than a call may last', { name: 'x', estimatedMinutes: 721 }],
    ['an unknown policy', { name: 'x', sharing: 'generous' }],
    ['a tariff that is no object', { name: 'x', rateCard: 56 }],
    ['a tariff that is a list', { name: 'x', rateCard: [{ pencePerMinute: 1 }] }],
    ['five decimals', { name: 'x', rateCard: { pencePerMinute: 0.00001 } }],
    ['a negative rate', { name: 'x', rateCard: { pencePerMinute: -1 } }],
    ['a rate as text', { name: 'x', rateCard: { pencePerMinute: '56' } }],
    ['no increment', { name: 'x', rateCard: { incrementSeconds: 0 } }],
    ['an unknown field in the tariff', { name: 'x', rateCard: { version: 7 } }],
  ])('is not created with %s', async (_, body) => {
    expectProblem(await create(body), 400, 'invalid_request', { errors: expect.any(Array) });
  });

  it('keeps its id and currency', async () => {
    const { body } = await create({ name: 'Fixed' });
    const path = `${ORGANIZATIONS}/${String(body.id as string)}`;
    expectProblem(await operator.patch(path, { currency: 'USD' }), 400, 'invalid_request');
    expectProblem(await operator.patch(path, { id: randomUUID() }), 400, 'invalid_request');
  });
});

describe('credits', () => {
  let tenant: Tenant;
  const credit = (body: object, key: string = randomUUID()): Promise<Answer> =>
    operator.post(`${ORGANIZATIONS}/${tenant.orgId}/credits`, body, { key });
  const wallet = () => walletOf(engine.settings.databaseUrl, tenant.orgId);

  beforeEach(async () => {
    tenant = await makeTenant(engine);
  });

  it.each(['topup', 'bonus', 'refund', 'adjustment'])('of type %s are added', async (type) => {
    const answer = await credit({ type, amountPence: 1_500, description: 'by hand' });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      transactionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      balanceBeforePence: 0,
      balanceAfterPence: 1_500,
      effectiveBalancePence: 1_500,
      arrearsCollectedPence: 0,
    });
  });

  it('repeated with the same key are added once, with the same bytes in answer', async () => {
    const first = await credit({ type: 'topup', amountPence: 1_500 }, 'pay-1');
    await clientOf(engine, tenant).post('api/billing/deduct-asset', { assetType: 'did', costPence: 100 });
    const repeat = await credit({ type: 'topup', amountPence: 1_500 }, 'pay-1');
    expect([repeat.status, repeat.text, repeat.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true']);
    expectProblem(await credit({ type: 'bonus', amountPence: 1_500 }, 'pay-1'), 422, 'idempotency_key_reused');
    expect(await wallet()).toMatchObject({ balance: 1_400 });
  });

  it('repeated 30 times at once are added once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => credit({ type: 'topup', amountPence: 500 }, 'pay-1')),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(await wallet()).toMatchObject({ balance: 500 });
  });

  it('may be taken back by an adjustment, down to the limit', async () => {
    await credit({ type: 'topup', amountPence: 500 });
    expectProblem(await credit({ type: 'adjustment', amountPence: -501 }), 402, 'insufficient_balance', {
      shortfallPence: 1,
    });
    expect((await credit({ type: 'adjustment', amountPence: -500 })).body).toMatchObject({ balanceAfterPence: 0 });
  });

  it('never leave the range of exact amounts', async () => {
    const most = 9_007_199_254_740_991;
    expect((await credit({ type: 'topup', amountPence: most })).body).toMatchObject({ balanceAfterPence: most });
    expectProblem(await credit({ type: 'topup', amountPence: 1 }), 400, 'amount_out_of_range');
    const { text } = await clientOf(engine, tenant).get('api/billing/wallet');
    expect(text).toContain('"balancePence":9007199254740991,');
  });

  it.each([
    ['none', { type: 'topup', amountPence: 0 }],
    ['a negative top-up', { type: 'topup', amountPence: -5 }],
    ['a fraction', { type: 'topup', amountPence: 0.5 }],
    ['text', { type: 'topup', amountPence: '100' }],
    ['beyond the range', { type: 'topup', amountPence: 2 ** 53 }],
    ['of an unknown type', { type: 'gift', amountPence: 5 }],
    ['of a type that calls have', { type: 'call_deduction', amountPence: 5 }],
    ['with an unknown field', { type: 'topup', amountPence: 5, orgId: randomUUID() }],
    ['with a description that cannot be stored', { type: 'topup', amountPence: 5, description: 'a\u0000b' }],
    ['with half a character', { type: 'topup', amountPence: 5, description: '\ud800' }],
  ])('are refused: %s', async (_, body) => {
    expectProblem(await credit(body), 400, 'invalid_request', { errors: expect.any(Array) });
    expect(await journalOf(engine.settings.databaseUrl, tenant.orgId)).toEqual({});
  });

  it('of an organization that does not exist are refused', async () => {
    expectProblem(
      await operator.post(`${ORGANIZATIONS}/${randomUUID()}/credits`, { type: 'topup', amountPence: 5 }),
      404,
      'organization_not_found',
    );
  });

  describe('that refund a charge', () => {
    let transactionId: unknown;

    beforeEach(async () => {
      await topUp(engine, tenant.orgId, 1_000);
      const charge = await clientOf(engine, tenant).post('api/billing/deduct-asset', {
        assetType: 'did',
        costPence: 400,
      });
      transactionId = charge.body.transactionId;
    });

    it('go back to the account it had paid', async () => {
      expect((await credit({ type: 'refund', amountPence: 400, refundOf: transactionId })).body).toMatchObject({
        balanceAfterPence: 1_000,
      });
      const { body } = await clientOf(engine, tenant).get('api/billing/wallet/transactions?type=refund');
      expect(body.data).toMatchObject([{ counterAccount: 'revenue:assets', amountPence: 400 }]);
    });

    it('are given once: a second refund of the same charge is refused', async () => {
      await credit({ type: 'refund', amountPence: 400, refundOf: transactionId });
      const second = await credit({ type: 'refund', amountPence: 400, refundOf: transactionId });
      expect(second.status).toBeGreaterThanOrEqual(400);
      expect(second.status).toBeLessThan(500);
      expect(await wallet()).toMatchObject({ balance: 1_000 });
    });

    it('are never more than the charge, nor for what was no charge of this organization', async () => {
      const other = await makeTenant(engine, { balancePence: 1_000 });
      const foreign = await clientOf(engine, other).post('api/billing/deduct-asset', {
        assetType: 'did',
        costPence: 400,
      });
      const [topup] = (await clientOf(engine, tenant).get('api/billing/wallet/transactions?type=topup')).body.data as {
        id: string;
      }[];
      for (const body of [
        { type: 'refund', amountPence: 401, refundOf: transactionId },
        { type: 'refund', amountPence: 400, refundOf: foreign.body.transactionId },
        { type: 'refund', amountPence: 400, refundOf: topup!.id },
        { type: 'refund', amountPence: 400, refundOf: randomUUID() },
        { type: 'bonus', amountPence: 400, refundOf: transactionId },
      ]) {
        expectProblem(await credit(body), 400, 'invalid_request');
      }
      expect(await wallet()).toMatchObject({ balance: 600 });
    });
  });
});

describe('operators', () => {
  it('run the sweep when they want, and a repeat finds nothing left to do', async () => {
    const cleanup = await operator.send('POST', 'api/admin/reservations/cleanup');
    expect(cleanup.status).toBe(200);
    expect(cleanup.body).toEqual({ expired: 0, renewed: 0, committed: 0, kept: 0 });
  });

  it('see the calls that hold credit now, with what they have left', async () => {
    const tenant = await makeTenant(engine, { balancePence: 1_000 });
    const callId = `live-${randomUUID()}`;
    await clientOf(engine, tenant).post('api/billing/reserve-credits', { callId });
    const pages = await allPages<{ callId: string }>(operator, 'api/admin/calls?state=live&limit=1');
    const live = pages.flat().find((call) => call.callId === callId);
    expect(live).toMatchObject({ orgId: tenant.orgId, reservedPence: 280, grantedSeconds: 300 });
  });

  it('hear that the book is sound', async () => {
    const { status, body } = await operator.get('api/admin/reconciliation');
    expect({ status, ok: body.ok }).toEqual({ status: 200, ok: true });
  });
});

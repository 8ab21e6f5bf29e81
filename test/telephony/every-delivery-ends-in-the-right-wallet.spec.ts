import { readVapiFixture, readVapiFixtures } from '../fixtures/vapi/read-fixtures';
import type { TestEngine } from '../support/engine';
import { post, WEBHOOK, type Answer } from './support/deliver';
import {
  ACME,
  ACME_CALL,
  BOREALIS,
  BOREALIS_CALL,
  FIXTURE_HMAC_SECRET,
  INITIAL_PENCE,
  REFUSED_CALL,
  startFixtureEngine,
} from './support/fixture-tenants';
import { Operator } from './support/operator';

const SECONDS_PER_YEAR = 31_536_000;

const hmac = {
  secret: FIXTURE_HMAC_SECRET,
  algorithm: 'sha256',
  signatureHeader: 'x-signature',
  timestampHeader: 'x-timestamp',
  prefix: '',
  // the fixture was signed in September 2026; the window itself is tested in only-vapi-may-deliver.spec.ts
  toleranceSeconds: 50 * SECONDS_PER_YEAR,
} as const;

describe('the recorded deliveries, each posted with its own headers', () => {
  let engine: TestEngine;
  let operator: Operator;
  const answers = new Map<string, Answer>();

  const deliver = (number: string): Promise<Answer> => {
    const { body, headers } = readVapiFixture(number);
    return post(engine.url + WEBHOOK, JSON.stringify(body), { ...headers });
  };

  beforeAll(async () => {
    engine = await startFixtureEngine(hmac);
    operator = new Operator(engine);
    for (const { name } of readVapiFixtures()) answers.set(name, await deliver(name));
  });

  afterAll(() => engine.stop());

  it.each(readVapiFixtures().map(({ name }) => name))('%s is answered with 200', (name) => {
    expect(answers.get(name)?.status).toBe(200);
  });

  it('the two assistant-requests are let in with the assistant of the called number', () => {
    const gate = (number: string): unknown => [...answers].find(([name]) => name.startsWith(number))?.[1].body;
    expect(gate('01')).toMatchObject({ assistantId: ACME.assistantId });
    expect(gate('02')).toMatchObject({ assistantId: BOREALIS.assistantId });
  });

  it('acme pays 224p for 187.412 s, once, although the report came twice', async () => {
    const { state, transactions, reservation } = await operator.story(ACME_CALL);
    const charges = transactions.filter(({ type }) => type === 'call_deduction');
    expect(charges.map(({ amountPence }) => Math.abs(amountPence))).toEqual([224]);
    expect(reservation).toMatchObject({ status: 'committed', committedPence: 224, uncollectedPence: 0 });
    expect(state).toBe('settled');
    expect(await operator.wallet(ACME.orgId)).toMatchObject({
      balancePence: INITIAL_PENCE - 224,
      heldPence: 0,
      arrearsPence: 0,
    });
  });

  it('borealis pays 56p for the 42.007 s of a web call, found by its assistant, without any hold', async () => {
    const { orgId, transactions } = await operator.story(BOREALIS_CALL);
    expect(orgId).toBe(BOREALIS.orgId);
    expect(transactions.map(({ type, amountPence }) => [type, Math.abs(amountPence)])).toEqual([
      ['call_deduction', 56],
    ]);
  });

  it('what only asked, or was refused, moves nothing: 02 holds, 13 does not', async () => {
    const held = 280; // fixture 02: a second call of borealis has been let in and is ringing
    expect(await operator.wallet(BOREALIS.orgId)).toMatchObject({
      balancePence: INITIAL_PENCE - 56,
      heldPence: held,
      activeReservations: 1,
    });
    expect(await operator.story(REFUSED_CALL).catch(() => ({ transactions: [] }))).toMatchObject({ transactions: [] });
  });

  it('each is in the delivery log with what came of it, and none has failed', async () => {
    const logged = await operator.deliveries({});
    expect(logged).toHaveLength(readVapiFixtures().length);
    expect(logged.map(({ status }) => status).filter((status) => !['processed', 'ignored'].includes(status))).toEqual(
      [],
    );
    const outcome = (type: string): unknown => logged.filter((each) => each.type === type).map((each) => each.outcome);
    expect(outcome('end-of-call-report')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ chargedPence: 224, duplicate: false, seconds: 187.412 }),
        expect.objectContaining({ chargedPence: 224, duplicate: true, seconds: 187.412 }),
        expect.objectContaining({ chargedPence: 56, duplicate: false, seconds: 42.007 }),
      ]),
    );
  });

  it('posting all of them again moves nothing', async () => {
    const before = [await operator.wallet(ACME.orgId), await operator.wallet(BOREALIS.orgId)];
    for (const { name } of readVapiFixtures()) expect((await deliver(name)).status).toBe(200);
    expect([await operator.wallet(ACME.orgId), await operator.wallet(BOREALIS.orgId)]).toEqual(before);
    expect(await operator.violations()).toEqual([]);
  });
});

describe('the signed delivery (04) at an engine that knows no signing secret', () => {
  it('is refused, for it carries nothing else', async () => {
    const engine = await startFixtureEngine();
    try {
      const { body, headers } = readVapiFixture('04');
      expect(await post(engine.url + WEBHOOK, JSON.stringify(body), { ...headers })).toMatchObject({ status: 401 });
      expect(await new Operator(engine).deliveries({})).toEqual([]);
    } finally {
      await engine.stop();
    }
  });
});

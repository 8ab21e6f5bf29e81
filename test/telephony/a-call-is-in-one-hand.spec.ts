import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addSeconds } from '@holdfast/kernel';
import { Connection, dataSourceOptions, Metrics, type Settings } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import type { CallNews } from '../../libs/telephony/src/domain/call';
import { SqlCallBook } from '../../libs/telephony/src/infrastructure/sql-call-book';
import { SqlRecoveryProgress } from '../../libs/telephony/src/infrastructure/sql-recovery-progress';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine } from '../support/engine';
import { holdDecisions, sql } from './support/database-access';
import { deliver } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest, inProgress } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant } from './support/tenants';

const LEASE_SECONDS = 5;

describe('a call that is due, with nobody’s timer running', () => {
  let database: FreshDatabase;
  let source: DataSource;
  let book: SqlCallBook;
  let orgId: string;
  let callId: string;
  const due = new Date();
  const later = (seconds: number): Date => addSeconds(due, seconds);
  const news = (): Omit<CallNews, 'state' | 'nextDecisionAt'> => ({ callId, orgId, at: due });
  const claim = (at: Date): ReturnType<SqlCallBook['claimDue']> => book.claimDue(at, LEASE_SECONDS, 10);
  const nextLook = async (): Promise<Date | null> => {
    const found = 'select next_decision_at as at from calls where call_id = $1';
    return (await sql<{ at: Date | null }>(database.url, found, [callId]))[0]?.at ?? null;
  };

  beforeAll(async () => {
    const engine = await startTestEngine({ databaseUrl: (database = await freshDatabase('one_hand')).url });
    orgId = await new Operator(engine).openTenant();
    await engine.stop();
    source = await new DataSource(dataSourceOptions(database.url)).initialize();
    book = new SqlCallBook(source, { databaseUrl: database.url } as Settings, new Metrics());
  });

  afterAll(async () => {
    await book.onApplicationShutdown();
    await source.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    callId = randomUUID();
    await book.learn({ ...news(), state: 'live', startedAt: due, nextDecisionAt: due });
  });

  afterEach(() => book.learn({ ...news(), state: 'settled' }));

  it('is taken from the dead at once by whoever starts, as long as nobody else works', async () => {
    await claim(due);
    const polls = new SqlRecoveryProgress(source);
    expect(await polls.begin(60_000, due)).toEqual(due);
    const another = await Connection.open(database.url, 'holdfast-money-0');
    await book.takeFromTheDead(later(1));
    expect(await claim(later(1))).toEqual([]); // the other one may have it in hand
    expect(await polls.begin(60_000, due)).toBeNull();
    await another.close();
    await eventually(async () => {
      await book.takeFromTheDead(later(1));
      expect(await claim(later(1))).toHaveLength(1);
    });
    expect(await polls.begin(60_000, later(9))).toEqual(due); // from where the dead one began
    await book.learn({ ...news(), state: 'settled' }); // still under its lease, with nothing left to decide
    await book.takeFromTheDead(later(2));
    expect(await nextLook()).toBeNull();
  });

  it('is taken once, and again when whoever took it has died', async () => {
    const [taken] = await claim(due);
    expect(taken?.call.callId).toBe(callId);
    expect(await claim(later(LEASE_SECONDS - 1))).toEqual([]);
    expect(await claim(later(LEASE_SECONDS))).toHaveLength(1);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['by a top-up', () => book.lookNowAtLastSlices(orgId, later(1))],
    [
      'by news of it',
      () => book.learn({ ...news(), state: 'live', controlUrl: 'https://x', nextDecisionAt: later(1) }),
    ],
  ])('and is asked for %s while it is in hand is looked at right after that, by nobody before', async (_, ask) => {
    const [taken] = await claim(due);
    await ask();
    expect(await claim(later(2))).toEqual([]);
    await book.decided({ callId, lease: taken!.lease, nextDecisionAt: later(15), lastSlice: true });
    expect(await nextLook()).toEqual(later(1));
    expect(await claim(later(2))).toHaveLength(1);
  });

  it('is looked at when its decision says so, if nobody asked', async () => {
    const [taken] = await claim(due);
    await book.decided({ callId, lease: taken!.lease, nextDecisionAt: later(15) });
    expect(await nextLook()).toEqual(later(15));
    await book.lookNowAtLastSlices(orgId, later(1)); // it has paid time ahead
    expect(await nextLook()).toEqual(later(15));
  });

  it('stays with whoever took it over: a decision that comes after its lease only adds what was done', async () => {
    const [first] = await claim(due);
    const [second] = await claim(later(LEASE_SECONDS));
    await book.decided({ callId, lease: first!.lease, nextDecisionAt: later(60), cutAttempts: 1 });
    expect(await nextLook()).toEqual(second!.lease);
    expect(await claim(later(LEASE_SECONDS + 1))).toEqual([]);
    expect((await book.find(callId))?.cutAttempts).toBe(1);
  });

  it('that was asked about while it rang is followed at once when news says it was answered', async () => {
    callId = randomUUID();
    await book.learn({ ...news(), state: 'ringing', nextDecisionAt: due });
    const [taken] = await claim(due);
    await book.learn({ ...news(), state: 'live', startedAt: due, nextDecisionAt: later(1) });
    await book.decided({ callId, lease: taken!.lease, nextDecisionAt: later(60) });
    expect(await nextLook()).toEqual(later(1));
  });

  it.each([
    ['refused', 'ended'],
    ['ended', 'refused'],
  ] as const)('is over without a look when it was refused: told %s, then %s', async (first, second) => {
    callId = randomUUID();
    await book.learn({ ...news(), state: first, nextDecisionAt: due });
    await book.learn({ ...news(), state: second, nextDecisionAt: due });
    expect(await book.find(callId)).toMatchObject({ state: 'refused' });
    expect(await nextLook()).toBeNull();
  });
});

describe('a top-up while a call is just found to be on its last slice', () => {
  it('extends it at once, not at the next look in 15 s', async () => {
    const engine = await startTestEngine();
    try {
      const operator = new Operator(engine);
      const { url } = engine.database;
      const { orgId, call } = await openNumberedTenant(operator, { balancePence: 56 });
      const callId = randomUUID();
      await deliver(engine, assistantRequest(callId, call));
      const decisions = await holdDecisions(url);
      await deliver(engine, inProgress(callId, call));
      // It has been judged by what the wallet held, and that is not written down yet.
      await eventually(async () => expect(await decisions.waiting()).toBe(1));
      await operator.topUp(orgId, 1_000);
      await sleep(200);
      await decisions.letGo();
      await eventually(async () => {
        const { reservation, events } = await operator.story(callId);
        expect(Number(reservation?.reservedPence)).toBeGreaterThan(56);
        expect(events.map(({ kind }) => kind)).toContain('warning_cancelled');
      }, 5_000);
    } finally {
      await engine.stop();
    }
  });
});

import { randomUUID } from 'node:crypto';
import { isRefusal } from '@holdfast/kernel';
import { EngineClock, Settings, type UnitOfWork } from '@holdfast/platform';
import {
  checkCall,
  ExpireAbandonedReservations,
  ReservationReader,
  Reservations,
  type CallToAskAbout,
  type LivenessVerdict,
} from '@holdfast/reservation';
import { SchedulerRegistry } from '@nestjs/schedule';
import { startTestEngine, type TestEngine } from '../support/engine';
import { expectSoundBook, openWallets, query, unitOfWork } from '../support/money';

const SWEEPERS = 4;
const WALLETS = 5;
const CALLS = 300;
const HELD = 280;

let engine: TestEngine;
let replicas: UnitOfWork[];
let wallets: string[];
let calls: { callId: string; orgId: string }[];

const get = <T>(token: abstract new (...args: never[]) => T): T => engine.engine.app.get<T>(token, { strict: false });

beforeAll(async () => {
  engine = await startTestEngine({ reservationTtlSeconds: 0.001 });
  replicas = Array.from({ length: SWEEPERS }, () => unitOfWork(engine.settings.databaseUrl));
});

beforeEach(async () => {
  wallets = await openWallets(replicas[0]!, engine.settings.databaseUrl, WALLETS, { balancePence: HELD * CALLS });
  calls = Array.from({ length: CALLS }, (_, i) => ({ callId: randomUUID(), orgId: wallets[i % WALLETS] as string }));
  const reservations = get(Reservations);
  await Promise.all(calls.map((call) => reservations.reserve({ ...call, createdBy: 'test' })));
});

afterAll(async () => {
  await expectSoundBook(engine.settings.databaseUrl);
  await Promise.all(replicas.map((replica) => replica.close()));
  await engine.stop();
});

type Asking = (asked: readonly CallToAskAbout[]) => Promise<LivenessVerdict[]>;
const alwaysHear =
  (verdict: LivenessVerdict): Asking =>
  (asked) =>
    Promise.resolve(asked.map(() => verdict));

/** A sweeper as every replica runs one, with its own way of learning about calls. */
function sweeper(replica: UnitOfWork, ask: Asking): ExpireAbandonedReservations {
  const settings = { ...get(Settings), reservationTtlSeconds: 1_800 };
  const schedule = new SchedulerRegistry();
  return new ExpireAbandonedReservations(
    replica,
    get(ReservationReader),
    { ask },
    get(EngineClock),
    settings,
    schedule,
  );
}

const sweepEverywhere = (verdict: LivenessVerdict): Promise<object[]> =>
  Promise.all(replicas.map((replica) => sweeper(replica, alwaysHear(verdict)).sweep()));

interface Ending {
  readonly status: string;
  readonly count: number;
  readonly released: number;
  readonly committed: number;
}

const endings = (): Promise<Ending[]> =>
  query<Ending>(
    engine.settings.databaseUrl,
    `select status, count(*)::int as count, sum(released_pence)::int as released, sum(committed_pence)::int as committed
     from credit_reservations where org_id = any($1) group by status order by status`,
    [wallets],
  );

async function held(): Promise<{ held: number; active: number; balance: number }> {
  const [row] = await query<{ held: number; active: number; balance: number }>(
    engine.settings.databaseUrl,
    `select sum(held_pence)::int as held, sum(active_reservations)::int as active, sum(balance_pence)::int as balance
     from wallets where org_id = any($1)`,
    [wallets],
  );
  return row!;
}

const sum = (results: readonly object[], outcome: string): number =>
  results.reduce((total, result) => total + ((result as Record<string, number>)[outcome] ?? 0), 0);

describe('four sweepers at once', () => {
  it('expire every abandoned hold exactly once', async () => {
    const results = await sweepEverywhere({ kind: 'abandoned' });
    expect(sum(results, 'expired')).toBe(CALLS);
    expect(await endings()).toEqual([{ status: 'expired', count: CALLS, released: CALLS * HELD, committed: 0 }]);
    expect(await held()).toEqual({ held: 0, active: 0, balance: WALLETS * CALLS * HELD });
    expect(sum(await sweepEverywhere({ kind: 'abandoned' }), 'expired')).toBe(0);
  });

  it('charge every call that has ended exactly once, from the provider’s own times', async () => {
    const results = await sweepEverywhere({ kind: 'ended', seconds: 61 });
    expect(sum(results, 'committed')).toBe(CALLS);
    expect(await endings()).toEqual([
      { status: 'committed', count: CALLS, released: CALLS * (HELD - 112), committed: CALLS * 112 },
    ]);
    expect(await held()).toEqual({ held: 0, active: 0, balance: WALLETS * CALLS * HELD - CALLS * 112 });
  });

  it('racing commits and releases leave every hold with one end, and charge exactly the committed', async () => {
    const reservations = get(Reservations);
    const by = { createdBy: 'test' };
    const racing = calls.flatMap((call, i) => {
      const commit = () => reservations.commit({ ...call, ...by, actualDurationSeconds: 61 });
      const release = () => reservations.release({ ...call, ...by });
      return [commit, release, commit].slice(i % 3 === 2 ? 1 : 0, i % 3 === 1 ? 1 : 3);
    });
    const sweeps = sweepEverywhere({ kind: 'abandoned' });
    const answers = await Promise.all(racing.map((race) => race()));
    await sweeps;
    expect(
      answers
        .filter(isRefusal)
        .map(({ code }) => code)
        .filter((code) => !EXPECTED.includes(code)),
    ).toEqual([]);
    const ended = await endings();
    expect(ended.reduce((total, { count }) => total + count, 0)).toBe(CALLS);
    expect(ended.map(({ status }) => status)).not.toContain('active');
    const committed = ended.find(({ status }) => status === 'committed')?.count ?? 0;
    expect(committed).toBeGreaterThan(0);
    expect(await held()).toEqual({ held: 0, active: 0, balance: WALLETS * CALLS * HELD - committed * 112 });
  });

  it('leave a hold alone whose call gives a sign of life while they ask', async () => {
    const alive = calls.filter(({ orgId }) => orgId === wallets[0]);
    const extension = { lookaheadSeconds: 60, sliceSeconds: 300 };
    const life = { createdBy: 'test', ttlSeconds: 1_800, extension };
    let signs: Promise<unknown> | undefined;
    const liveness = async (asked: readonly unknown[]): Promise<LivenessVerdict[]> => {
      await (signs ??= Promise.all(alive.map((call) => replicas[0]!.execute(checkCall({ ...call, ...life })))));
      return asked.map(() => ({ kind: 'abandoned' }));
    };
    const results = await Promise.all(replicas.map((replica) => sweeper(replica, liveness).sweep()));
    expect(sum(results, 'kept')).toBeGreaterThan(0);
    const counts = Object.fromEntries((await endings()).map(({ status, count }) => [status, count]));
    expect(counts).toEqual({ active: alive.length, expired: CALLS - alive.length });
  });

  it('renew live calls and keep those of which nothing can be learned', async () => {
    await sweepEverywhere({ kind: 'live' });
    const soon = { kind: 'keep', askAgainInSeconds: 60 } as const;
    await sweepEverywhere(soon);
    expect(await held()).toEqual({ held: CALLS * HELD, active: CALLS, balance: WALLETS * CALLS * HELD });
  });
});

/** What somebody who came second may hear. */
const EXPECTED = ['already_committed', 'no_active_reservation'];

describe('a sweep that meets a verdict it cannot act on', () => {
  it('still does its work for all other holds', async () => {
    const poisoned = calls[7]!.callId;
    const first = `update credit_reservations set expires_at = created_at, version = version + 1 where call_id = $1`;
    await query(engine.settings.databaseUrl, first, [poisoned]);
    const ask: Asking = (asked) =>
      Promise.resolve(
        asked.map(({ callId }) => (callId === poisoned ? { kind: 'ended', seconds: NaN } : { kind: 'abandoned' })),
      );
    await sweeper(replicas[0]!, ask)
      .sweep()
      .catch(() => undefined); // it may complain, but not stop
    const counts = Object.fromEntries((await endings()).map(({ status, count }) => [status, count]));
    expect(counts).toEqual({ active: 1, expired: CALLS - 1 });
  });
});

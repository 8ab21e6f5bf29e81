import type { Bench } from '../bench';
import { CALL_PENCE } from '../calls/call-world';
import { withBenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { assertWalletsAddUp } from '../database/wallets-add-up';
import { BillingRequests } from '../http/billing-requests';
import { BENCH_OPERATOR_KEY, runEngine, type EngineProgram } from '../http/engine-program';
import { HttpCaller } from '../http/http-caller';
import { closedLoop } from '../measure/closed-loop';
import { median } from '../measure/median';
import { atMost, type Line } from '../report/bench-report';
import { describeMachine } from '../report/machine';
import { loadExpiredHolds } from './expired-holds.loader';

const FINISH_TARGET_S = 60;
const P99_TARGET = 3;
/** Calls that go on meanwhile: enough to keep the engine busy, not so many that the queue is what is measured. */
const CALLERS = 8;
const QUIET_SECONDS = 5;
const GIVE_UP_SECONDS = 180;
const HEADERS = { authorization: `Bearer ${BENCH_OPERATOR_KEY}` };

export const SWEEP_BENCH: Bench = {
  name: 'sweep',
  question: 'How long does it take to give back all holds that expire at once, and what do running calls notice of it?',
  run: (flags) =>
    withBenchDatabase(async (database) => {
      const startedAt = new Date().toISOString();
      const machine = describeMachine(database.version);
      const wallets = await loadOrganizations(database.admin, flags.wallets);
      // The engine sweeps by itself once a day here: the bench says when.
      const engine = await runEngine({ DATABASE_URL: database.url, RESERVATION_SWEEP_SECONDS: '86400' });
      try {
        const calls = startCalls(engine, wallets);
        const sweeper = new HttpCaller(engine.port, HEADERS);
        const [seconds, ratios, lines]: [number[], number[], Line[]] = [[], [], []];
        await calls.during(() => pause(QUIET_SECONDS)); // warm-up
        for (let round = 0; round < flags.rounds; round++) {
          await loadExpiredHolds(database.admin, flags.holds);
          const quiet = await calls.during(() => pause(QUIET_SECONDS));
          const began = performance.now();
          const swept = await calls.during(() => sweepUntilDone(sweeper, flags.holds));
          seconds.push((performance.now() - began) / 1_000);
          ratios.push(swept.p99Ms / quiet.p99Ms);
          lines.push(
            lineOf(`round ${round + 1}`, 'calls alone', quiet),
            lineOf(`round ${round + 1}`, 'calls while sweeping', swept),
          );
        }
        await assertWalletsAddUp(database.admin, calls.chargedPence());
        sweeper.close();
        calls.close();
        return {
          bench: 'sweep',
          machine,
          startedAt,
          lines,
          verdicts: [
            atMost(`${flags.holds} expired holds given back`, median(seconds), FINISH_TARGET_S, 's'),
            atMost('p99 of other requests: while sweeping ÷ alone', median(ratios), P99_TARGET),
          ],
          notes: [`Other requests: reserve and commit by ${CALLERS} callers over HTTP. Wallets added up at the end.`],
        };
      } finally {
        await engine.stop();
      }
    }),
};

type Latencies = Awaited<ReturnType<typeof closedLoop>>;

function startCalls(engine: EngineProgram, wallets: readonly string[]) {
  const callers = Array.from({ length: CALLERS }, () => new HttpCaller(engine.port, HEADERS));
  const requests = new BillingRequests(wallets);
  let chargedPence = 0;
  const operate = async (index: number): Promise<void> => {
    const next = requests.live.length > CALLERS * 2 ? requests.commit() : requests.reserve();
    const { status, body } = await (callers[index] as HttpCaller).post(next.path, next.body, next.headers);
    if (status >= 300) throw new Error(`${next.path} answered ${status}: ${body}`);
    if (next.opens) requests.live.push(next.opens);
    else chargedPence += CALL_PENCE;
  };
  return {
    chargedPence: () => chargedPence,
    close: () => callers.forEach((caller) => caller.close()),
    /** Calls go on for as long as the work takes. */
    async during(work: () => Promise<void>): Promise<Latencies> {
      let working = true;
      const finished = work().finally(() => (working = false));
      const loop = closedLoop({ inFlight: CALLERS, seconds: GIVE_UP_SECONDS, goOn: () => working }, operate);
      await finished;
      return loop;
    },
  };
}

/** One sweep takes at most 50 000 holds; the next one finds what is left. */
async function sweepUntilDone(sweeper: HttpCaller, holds: number): Promise<void> {
  for (let expired = 0; expired < holds;) {
    const { status, body } = await sweeper.post('/api/admin/reservations/cleanup', '{}');
    if (status >= 300) throw new Error(`the sweep answered ${status}: ${body}`);
    const answer = JSON.parse(body) as { expired: number };
    if (answer.expired === 0) throw new Error(`the sweep left ${holds - expired} holds`);
    expired += answer.expired;
  }
}

function lineOf(load: string, variant: string, { perSecond, p50Ms, p99Ms }: Latencies): Line {
  return { load, variant, perSecond, p50Ms, p99Ms, nodeMicros: Number.NaN, postgresMicros: Number.NaN };
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}

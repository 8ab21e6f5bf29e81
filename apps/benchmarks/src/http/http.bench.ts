import { cpus } from 'node:os';
import type { Bench } from '../bench';
import { CALL_PENCE } from '../calls/call-world';
import { withBenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { assertWalletsAddUp } from '../database/wallets-add-up';
import { CHARGE_PENCE } from '../ledger/charge-shape';
import type { Load } from '../measure/closed-loop';
import { beginningWith, speedRatio } from '../measure/interleaved-rounds';
import { median } from '../measure/median';
import { atLeast } from '../report/bench-report';
import { linesOf } from '../report/lines-of';
import { describeMachine } from '../report/machine';
import { BillingRequests } from './billing-requests';
import type { RunningProgram } from './child-process';
import { runConstantServer } from './constant-program';
import { BENCH_OPERATOR_KEY, BENCH_WEBHOOK_SECRET, runEngine } from './engine-program';
import { HttpCaller } from './http-caller';
import { sampleHttp, type HttpRequest, type HttpSample, type HttpTarget } from './http-target';

/**
 * As many requests under way as the ledger bench has at most, for the constant server and the engine alike. A constant
 * answer costs the same at 64 and at 256; a transaction costs the same for 10 commands and for 100.
 */
const CONNECTIONS = 256;
const WRITE_TARGET = 0.45;
const CHECK_TARGET = 0.6;
/** For each kind of request: in its first two seconds it costs the engine up to twice what it costs later. */
const WARM_UP_SECONDS = 6;
/** Times as long as the reservations took. */
const COMMITS_TAKE_AT_MOST = 4;
/** Characters of what the engine printed, when it failed. */
const SHOWN_OUTPUT = 2_000;
/** Calls that status checks ask about. */
const LIVE_CALLS = 2_000;

const HEADERS = { authorization: `Bearer ${BENCH_OPERATOR_KEY}`, 'x-vapi-secret': BENCH_WEBHOOK_SECRET };

const CONSTANT = 'constant answer';
const COMMIT = 'commit';

interface Step {
  readonly name: string;
  readonly target: HttpTarget;
  readonly next: () => HttpRequest;
  readonly pence: number;
}

export const HTTP_BENCH: Bench = {
  name: 'http',
  question: 'How many requests a second through the whole stack, beside a server that answers a constant?',
  run: (flags) =>
    withBenchDatabase(async (database) => {
      const startedAt = new Date().toISOString();
      const machine = describeMachine(database.version);
      const wallets = await loadOrganizations(database.admin, flags.wallets);
      const requests = new BillingRequests(wallets);
      const programs: RunningProgram[] = [];
      let chargedPence = 0;
      try {
        const engine = await runEngine({ DATABASE_URL: database.url });
        programs.push(engine);
        const constant = await runConstantServer();
        programs.push(constant);
        const [ours, theirs] = [targetOf(engine), targetOf(constant)];
        /** What is committed was reserved just before. */
        const groups: Step[][] = [
          [{ name: CONSTANT, target: theirs, next: requests.deduct, pence: 0 }],
          [{ name: 'deduct', target: ours, next: requests.deduct, pence: CHARGE_PENCE }],
          [
            { name: 'reserve', target: ours, next: requests.reserve, pence: 0 },
            { name: COMMIT, target: ours, next: requests.commit, pence: CALL_PENCE },
          ],
        ];
        const run = async (step: Step, seconds: number): Promise<HttpSample> => {
          const load = step.name === COMMIT ? untilFewAreLive(requests, seconds) : { inFlight: CONNECTIONS, seconds };
          return sampleHttp(step.target, load, database.pid, step.next, (request) => {
            chargedPence += step.pence;
            if (request.opens) requests.live.push(request.opens);
          });
        };
        for (const step of groups.flat()) await run(step, WARM_UP_SECONDS);
        const checks = await hasStatusChecks(ours, requests);
        const statusCheck = { name: 'status-check', target: ours, next: requests.statusCheck, pence: 0 };
        if (checks) {
          groups.push([statusCheck]);
          await run(statusCheck, WARM_UP_SECONDS);
        }

        const samples = new Map<string, HttpSample[]>(groups.flat().map((step) => [step.name, []]));
        for (let round = 0; round < flags.rounds; round++) {
          for (const step of beginningWith(round, groups).flat())
            samples.get(step.name)?.push(await run(step, flags.seconds));
        }
        await assertWalletsAddUp(database.admin, chargedPence);
        for (const target of [ours, theirs]) target.callers.forEach((caller) => caller.close());

        const floor = samples.get(CONSTANT) as HttpSample[];
        const operations = [...samples].filter(([name]) => name !== CONSTANT);
        return {
          bench: 'http',
          machine,
          startedAt,
          lines: linesOf(`${CONNECTIONS} connections`, samples),
          verdicts: operations.map(([name, rounds]) =>
            atLeast(
              `${name} ÷ constant answer`,
              speedRatio(rounds, floor),
              name === 'status-check' ? CHECK_TARGET : WRITE_TARGET,
            ),
          ),
          notes: [
            'node µs/op is the CPU time of the server’s process. PostgreSQL and the load generator run on the same cores.',
            ...operations.map(([name, rounds]) => cpuNote(name, rounds, floor)),
            ...(checks ? [] : ['status-check: the route is not there, so it was left out.']),
          ],
        };
      } catch (fault) {
        throw new Error(`${(fault as Error).message}\n${programs[0]?.output().slice(-SHOWN_OUTPUT) ?? ''}`, {
          cause: fault,
        });
      } finally {
        await Promise.all(programs.map((program) => program.stop()));
      }
    }),
};

function targetOf({ pid, port }: { pid: number; port: number }): HttpTarget {
  return { pid, callers: Array.from({ length: CONNECTIONS }, () => new HttpCaller(port, HEADERS)) };
}

/** All that was reserved but some, however long it takes: else a status check would find more calls live in every round. */
function untilFewAreLive({ live }: BillingRequests, reservedInSeconds: number): Load {
  const operations = Math.max(0, live.length - LIVE_CALLS);
  return { inFlight: CONNECTIONS, seconds: reservedInSeconds * COMMITS_TAKE_AT_MOST, operations };
}

async function hasStatusChecks({ callers }: HttpTarget, requests: BillingRequests): Promise<boolean> {
  const { path, body } = requests.statusCheck();
  const { status } = await (callers[0] as HttpCaller).post(path, body);
  return status === 200;
}

/** What the CPU times would allow if nothing else ran here: one thread for the server, all cores for everybody. */
function cpuNote(name: string, rounds: readonly HttpSample[], floor: readonly HttpSample[]): string {
  const share = leastMicros(floor) / leastMicros(rounds);
  const generator = median(rounds.map((s) => s.generatorMicros));
  return `${name}: ${generator.toFixed(0)} µs of the load generator; by CPU time it could reach ${share.toFixed(2)} × the constant answer on cores of its own.`;
}

function leastMicros(rounds: readonly HttpSample[]): number {
  const server = median(rounds.map((s) => s.nodeMicros));
  const everybody = server + median(rounds.map((s) => s.postgresMicros)) + median(rounds.map((s) => s.generatorMicros));
  return Math.max(server, everybody / cpus().length);
}

import type { Bench } from '../bench';
import { CALL_PENCE, CALL_SECONDS } from '../calls/call-world';
import { withBenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { assertWalletsAddUp } from '../database/wallets-add-up';
import { BillingRequests } from '../http/billing-requests';
import type { RunningProgram } from '../http/child-process';
import { runConstantServer } from '../http/constant-program';
import { BENCH_OPERATOR_KEY, BENCH_WEBHOOK_SECRET, runEngine } from '../http/engine-program';
import { HttpCaller } from '../http/http-caller';
import { sampleHttp, type HttpRequest, type HttpTarget } from '../http/http-target';
import { speedRatio, type Sample } from '../measure/interleaved-rounds';
import { atLeast } from '../report/bench-report';
import { linesOf } from '../report/lines-of';
import { describeMachine } from '../report/machine';
import { endOfCallReport } from './end-of-call-report';

const CONNECTIONS = 32;
const TARGET = 0.5;
const WEBHOOK = '/api/vapi/webhook';
/** Calls reserved before each round; the round ends when all have been reported, or its time is up. */
const CALLS_PER_SECOND = 2_000;
const WARM_UP_SECONDS = 2;
const RESERVE_SECONDS = 120;

export const WEBHOOK_BENCH: Bench = {
  name: 'webhook',
  question: 'How many end-of-call reports of real size a second, beside parsing them and answering a constant?',
  run: (flags) =>
    withBenchDatabase(async (database) => {
      const startedAt = new Date().toISOString();
      const machine = describeMachine(database.version);
      const requests = new BillingRequests(await loadOrganizations(database.admin, flags.wallets));
      const programs: RunningProgram[] = [];
      let chargedPence = 0;
      try {
        const engine = await runEngine({ DATABASE_URL: database.url });
        programs.push(engine);
        const constant = await runConstantServer();
        programs.push(constant);
        const [ours, theirs, operator] = [
          targetOf(engine, { 'x-vapi-secret': BENCH_WEBHOOK_SECRET }),
          targetOf(constant, {}),
          targetOf(engine, { authorization: `Bearer ${BENCH_OPERATOR_KEY}` }),
        ];
        const sample: HttpRequest = { path: WEBHOOK, body: endOfCallReport('a-call-of-nobody', CALL_SECONDS) };
        const report = (): HttpRequest => {
          const { callId } = requests.live.pop() as { callId: string };
          return { path: WEBHOOK, body: endOfCallReport(callId, CALL_SECONDS) };
        };
        const parse = (seconds: number): Promise<Sample> =>
          sampleHttp(
            theirs,
            { inFlight: CONNECTIONS, seconds },
            database.pid,
            () => sample,
            () => undefined,
          );
        const settle = async (seconds: number): Promise<Sample> => {
          const operations = Math.ceil(CALLS_PER_SECOND * seconds) - requests.live.length;
          const load = { inFlight: CONNECTIONS, seconds: RESERVE_SECONDS, operations };
          await sampleHttp(operator, load, database.pid, requests.reserve, ({ opens }) => {
            if (opens) requests.live.push(opens);
          });
          const reports = { inFlight: CONNECTIONS, seconds, operations: requests.live.length };
          return sampleHttp(ours, reports, database.pid, report, () => (chargedPence += CALL_PENCE));
        };
        await parse(WARM_UP_SECONDS);
        await settle(WARM_UP_SECONDS);
        const samples = { 'parse and answer': [] as Sample[], holdfast: [] as Sample[] };
        for (let round = 0; round < flags.rounds; round++) {
          samples['parse and answer'].push(await parse(flags.seconds));
          samples.holdfast.push(await settle(flags.seconds));
        }
        for (const target of [ours, theirs, operator]) target.callers.forEach((caller) => caller.close());
        await assertWalletsAddUp(database.admin, chargedPence);
        return {
          bench: 'webhook',
          machine,
          startedAt,
          lines: linesOf(`reports of ${Math.round(sample.body.length / 1_000)} kB`, new Map(Object.entries(samples))),
          verdicts: [
            atLeast('reports ÷ parse and answer', speedRatio(samples.holdfast, samples['parse and answer']), TARGET),
          ],
          notes: [
            'Each report is of a call with a hold: written to the delivery log, charged, its hold released. Wallets added up.',
          ],
        };
      } finally {
        await Promise.all(programs.map((program) => program.stop()));
      }
    }),
};

function targetOf({ pid, port }: { pid: number; port: number }, headers: Readonly<Record<string, string>>): HttpTarget {
  return { pid, callers: Array.from({ length: CONNECTIONS }, () => new HttpCaller(port, headers)) };
}

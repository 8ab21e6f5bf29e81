import type { Bench } from '../bench';
import { openBenchDatabase, type BenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { closedLoop } from '../measure/closed-loop';
import { median } from '../measure/median';
import { randomChoice } from '../measure/random-choice';
import { atMost, type Line } from '../report/bench-report';
import { describeMachine } from '../report/machine';
import { EngineOperations, type OperationName } from './engine-operations';
import { loadHistory, type History } from './history.loader';

/** A young engine, as the issue names it. */
const SMALL: History = { journalRows: 100_000, oldReservations: 100_000 };
const TARGET = 1.15;
const SEED = 20_260_105;
/** Operations of each kind, per round, one caller: medians of single operations are what is compared. */
const OPERATIONS_PER_ROUND = 300;
const WARM_UP_OPERATIONS = 500;
/** Ends a round that has become slow. */
const ROUND_SECONDS = 60;

interface Side {
  readonly name: string;
  readonly database: BenchDatabase;
  readonly engine: EngineOperations;
  /** Median milliseconds by operation, one per round. */
  readonly medians: Map<OperationName, number[]>;
}

export const GROWTH_BENCH: Bench = {
  name: 'growth',
  question: 'Does an operation take longer on a large history than on a small one?',
  async run(flags) {
    const startedAt = new Date().toISOString();
    const large = { journalRows: flags.journalRows, oldReservations: flags.oldReservations };
    const sides: Side[] = [];
    try {
      sides.push(await openSide('young', SMALL, flags.wallets));
      sides.push(await openSide('old', large, flags.wallets));
      const [young, old] = sides as [Side, Side];
      const machine = describeMachine(young.database.version);
      for (const side of sides) await round(side, WARM_UP_OPERATIONS);
      for (const side of sides) side.medians.clear();
      for (let i = 0; i < flags.rounds; i++) {
        for (const side of i % 2 === 0 ? sides : sides.toReversed()) await round(side, OPERATIONS_PER_ROUND);
      }
      const names = [...young.medians.keys()];
      return {
        bench: 'growth',
        machine,
        startedAt,
        lines: sides.flatMap(linesOf),
        verdicts: names.map((name) => {
          const [theirs, ours] = [young, old].map((side) => side.medians.get(name) as number[]) as [number[], number[]];
          return atMost(`${name}: p50 old ÷ young`, median(ours.map((ms, i) => ms / (theirs[i] as number))), TARGET);
        }),
        notes: [
          `young: ${SMALL.journalRows} journal rows, ${SMALL.oldReservations} old reservations; ` +
            `old: ${large.journalRows} and ${large.oldReservations}. Two servers, one caller, rounds interleaved.`,
        ],
      };
    } finally {
      for (const side of sides) {
        await side.engine.close();
        await side.database.close();
      }
    }
  },
};

async function openSide(name: string, history: History, wallets: number): Promise<Side> {
  const database = await openBenchDatabase();
  try {
    const orgs = await loadOrganizations(database.admin, wallets);
    await loadHistory(database.admin, history);
    const engine = new EngineOperations(database.url, randomChoice(orgs, SEED));
    return { name, database, engine, medians: new Map() };
  } catch (fault) {
    await database.close();
    throw fault;
  }
}

async function round({ engine, medians }: Side, operations: number): Promise<void> {
  for (const [name, operate] of Object.entries(engine.operations) as [OperationName, () => Promise<void>][]) {
    const { p50Ms } = await closedLoop({ inFlight: 1, seconds: ROUND_SECONDS, operations }, operate);
    const known = medians.get(name);
    if (known) known.push(p50Ms);
    else medians.set(name, [p50Ms]);
  }
}

function linesOf({ name, medians }: Side): Line[] {
  return [...medians].map(([operation, ms]) => ({
    load: operation,
    variant: name,
    perSecond: 1_000 / median(ms),
    p50Ms: median(ms),
    p99Ms: Number.NaN,
    nodeMicros: Number.NaN,
    postgresMicros: Number.NaN,
  }));
}

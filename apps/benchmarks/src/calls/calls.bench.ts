import { BaselineSums } from '../baselines/baseline-sums';
import { setUpBaselines, setUpSameBooks } from '../baselines/set-up-baselines';
import type { Bench } from '../bench';
import { withBenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { compare } from '../measure/compare';
import { medianOf, speedRatio, type Sample } from '../measure/interleaved-rounds';
import { randomChoice } from '../measure/random-choice';
import { atLeast, type Line, type Verdict } from '../report/bench-report';
import { linesOf } from '../report/lines-of';
import { describeMachine } from '../report/machine';
import type { Variant } from '../measure/variant';
import type { CallWorld } from './call-world';
import { HoldfastCalls } from './holdfast-calls';
import { RowsAlone } from './rows-alone';
import { SameBooksCalls, StoredFunctionCalls } from './stored-function-calls';

const SPREAD_TARGET = 3;
const HOT_TARGET = 15;
const SEED = 20_260_102;

export const CALLS_BENCH: Bench = {
  name: 'calls',
  question: 'How many whole calls (reserve, then commit) a second, beside stored functions?',
  run: (flags) =>
    withBenchDatabase(async (database) => {
      const startedAt = new Date().toISOString();
      const machine = describeMachine(database.version);
      const wallets = await loadOrganizations(database.admin, flags.wallets);
      await setUpBaselines(database.admin);
      await setUpSameBooks(database.admin);
      const baselineSums = new BaselineSums();
      const sameBooksSums = new BaselineSums('same_books');
      const loads = [
        { name: `${flags.wallets} wallets, 64 in flight`, wallets, inFlight: 64, target: SPREAD_TARGET },
        { name: `${flags.wallets} wallets, 256 in flight`, wallets, inFlight: 256, target: SPREAD_TARGET },
        { name: 'one hot wallet, 256 in flight', wallets: wallets.slice(0, 1), inFlight: 256, target: HOT_TARGET },
      ];
      const lines: Line[] = [];
      const verdicts: Verdict[] = [];
      const notes = [
        'One operation is a whole call: two money movements of the wallet or more. Wallets added up after every load.',
      ];
      let chargedBefore = 0;
      for (const { name, wallets: called, inFlight, target } of loads) {
        const nextWallet = randomChoice(called, SEED);
        const world: CallWorld = { url: database.url, admin: database.admin, nextWallet, baselineSums };
        const before = chargedBefore;
        const holdfast = new HoldfastCalls(world, () => before);
        const sameBooks = new SameBooksCalls({ ...world, baselineSums: sameBooksSums });
        const variants: Variant[] = [holdfast, new StoredFunctionCalls(world), sameBooks];
        if (called.length === 1) variants.push(new RowsAlone({ ...world, baselineSums: sameBooksSums }));
        try {
          const { samples, notes: pools } = await compare(
            variants,
            flags.rounds,
            { inFlight, seconds: flags.seconds },
            database.pid,
          );
          lines.push(...linesOf(name, samples, pools));
          const [ours, theirs, theirsWithOurBooks, rowsAlone] = [...samples.values()] as [
            Sample[],
            Sample[],
            Sample[],
            Sample[]?,
          ];
          verdicts.push(atLeast(`${name}: holdfast ÷ stored functions`, speedRatio(ours, theirs), target));
          const alike = speedRatio(ours, theirsWithOurBooks).toFixed(1);
          notes.push(
            `${name}: ${alike} × stored functions that keep the same books (rows, indexes and checks as ours).`,
          );
          if (rowsAlone) notes.push(`${name}: ${mostOf(rowsAlone, theirs)}`);
        } finally {
          for (const variant of variants) await variant.close();
        }
        chargedBefore += holdfast.charged;
      }
      return { bench: 'calls', machine, startedAt, lines, verdicts, notes };
    }),
};

/** A connection has the wallet to itself; at best it writes without a pause. */
function mostOf(rowsAlone: readonly Sample[], theirs: readonly Sample[]): string {
  const micros = medianOf(rowsAlone, (sample) => sample.postgresMicros);
  const most = (1_000_000 / micros / medianOf(theirs, (sample) => sample.perSecond)).toFixed(1);
  return `these rows alone, in bulk and without an engine, take PostgreSQL ${micros.toFixed(0)} µs a call: at most ${most} × stored functions on one connection.`;
}

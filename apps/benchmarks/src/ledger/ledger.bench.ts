import { BaselineSums } from '../baselines/baseline-sums';
import { setUpBaselines } from '../baselines/set-up-baselines';
import type { Bench } from '../bench';
import { withBenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { compare } from '../measure/compare';
import { speedRatio, type Sample, type SamplesByVariant } from '../measure/interleaved-rounds';
import { randomChoice } from '../measure/random-choice';
import { atLeast, type Line, type Verdict } from '../report/bench-report';
import { linesOf } from '../report/lines-of';
import { describeMachine } from '../report/machine';
import type { ChargeWorld } from './charge-shape';
import { FloorCharges } from './floor-charges';
import { HoldfastCharges } from './holdfast-charges';
import { RowLockCharges } from './row-lock-charges';
import { StoredFunctionCharges } from './stored-function-charges';

/** Targets of the issue: against the stored function, against the row lock. */
const SPREAD_TARGETS = [3.5, 11] as const;
const HOT_TARGETS = [15, 40] as const;

const SEED = 20_260_101;

export const LEDGER_BENCH: Bench = {
  name: 'ledger',
  question: 'How many asset charges a second, beside what a user would write instead?',
  run: (flags) =>
    withBenchDatabase(async (database) => {
      const startedAt = new Date().toISOString();
      const machine = describeMachine(database.version);
      const wallets = await loadOrganizations(database.admin, flags.wallets);
      await setUpBaselines(database.admin);
      const baselineSums = new BaselineSums();
      const loads = [
        { name: `${flags.wallets} wallets, 64 in flight`, wallets, inFlight: 64, targets: SPREAD_TARGETS },
        { name: `${flags.wallets} wallets, 256 in flight`, wallets, inFlight: 256, targets: SPREAD_TARGETS },
        { name: 'one hot wallet, 256 in flight', wallets: wallets.slice(0, 1), inFlight: 256, targets: HOT_TARGETS },
      ];
      const lines: Line[] = [];
      const verdicts: Verdict[] = [];
      let chargedBefore = 0;
      for (const { name, wallets: charged, inFlight, targets } of loads) {
        const nextWallet = randomChoice(charged, SEED);
        const world: ChargeWorld = { url: database.url, admin: database.admin, nextWallet, baselineSums };
        const before = chargedBefore;
        const holdfast = new HoldfastCharges(world, () => before);
        const variants = [
          holdfast,
          new StoredFunctionCharges(world),
          new RowLockCharges(world),
          new FloorCharges(world),
        ];
        try {
          const { samples, notes } = await compare(
            variants,
            flags.rounds,
            { inFlight, seconds: flags.seconds },
            database.pid,
          );
          lines.push(...linesOf(name, samples, notes));
          verdicts.push(...judge(name, samples, targets));
        } finally {
          for (const variant of variants) await variant.close();
        }
        chargedBefore += holdfast.charged;
      }
      return { bench: 'ledger', machine, startedAt, lines, verdicts, notes: ['Wallets added up after every load.'] };
    }),
};

function judge(load: string, samples: SamplesByVariant, [function_, rowLock]: readonly [number, number]): Verdict[] {
  const of = (variant: string): readonly Sample[] => samples.get(variant) as readonly Sample[];
  return [
    atLeast(`${load}: holdfast ÷ stored function`, speedRatio(of('holdfast'), of('stored function')), function_),
    atLeast(`${load}: holdfast ÷ row lock`, speedRatio(of('holdfast'), of('row lock')), rowLock),
  ];
}

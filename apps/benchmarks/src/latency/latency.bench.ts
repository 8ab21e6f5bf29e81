import { BaselineSums } from '../baselines/baseline-sums';
import { setUpBaselines } from '../baselines/set-up-baselines';
import type { Bench } from '../bench';
import type { CallWorld } from '../calls/call-world';
import { HoldfastCalls } from '../calls/holdfast-calls';
import { StoredFunctionCalls } from '../calls/stored-function-calls';
import { withBenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { closedLoop } from '../measure/closed-loop';
import { compare } from '../measure/compare';
import type { Sample } from '../measure/interleaved-rounds';
import { median } from '../measure/median';
import { randomChoice } from '../measure/random-choice';
import type { Variant } from '../measure/variant';
import { atMost } from '../report/bench-report';
import { linesOf } from '../report/lines-of';
import { describeMachine } from '../report/machine';

const TARGET = 2;
const WARM_UP_IN_FLIGHT = 256;
/** Bounds the warm-up of the slower variant. */
const WARM_UP_SECONDS = 20;
const SEED = 20_260_103;

class HoldfastReserve extends HoldfastCalls {
  override async operate(): Promise<void> {
    await this.reserve(this.world.nextWallet());
  }
}

class StoredFunctionReserve extends StoredFunctionCalls {
  /** With one caller there is nothing to choose. */
  override readonly poolSizes = [2];

  constructor(private readonly calls: CallWorld) {
    super(calls);
  }

  override async operate(): Promise<void> {
    await this.reserve(this.calls.nextWallet());
  }

  /** Its holds stay open; the sums of the baselines are about charges. */
  override async verify(): Promise<void> {}
}

/** A tenant's first call after a start reads its wallet once more than every later one: the later ones are measured. */
async function everyTenantCallsOnce(variant: Variant, tenants: number): Promise<void> {
  await closedLoop({ inFlight: WARM_UP_IN_FLIGHT, seconds: WARM_UP_SECONDS, operations: tenants * 10 }, (caller) =>
    variant.operate(caller),
  );
}

export const LATENCY_BENCH: Bench = {
  name: 'latency',
  question: 'How long does one reservation take when nothing else is going on?',
  run: (flags) =>
    withBenchDatabase(async (database) => {
      const startedAt = new Date().toISOString();
      const machine = describeMachine(database.version);
      const wallets = await loadOrganizations(database.admin, flags.wallets);
      await setUpBaselines(database.admin);
      const world: CallWorld = {
        url: database.url,
        admin: database.admin,
        nextWallet: randomChoice(wallets, SEED),
        baselineSums: new BaselineSums(),
      };
      const variants = [new HoldfastReserve(world, () => 0), new StoredFunctionReserve(world)];
      try {
        for (const variant of variants) await everyTenantCallsOnce(variant, wallets.length);
        const load = { inFlight: 1, seconds: flags.seconds };
        const { samples } = await compare(variants, flags.rounds, load, database.pid);
        const [ours, theirs] = [...samples.values()] as [Sample[], Sample[]];
        const ratio = median(ours.map((sample, round) => sample.p50Ms / (theirs[round] as Sample).p50Ms));
        return {
          bench: 'latency',
          machine,
          startedAt,
          lines: linesOf('one client', samples),
          verdicts: [atMost('reserve p50: holdfast ÷ one stored-function call', ratio, TARGET)],
          notes: [],
        };
      } finally {
        for (const variant of variants) await variant.close();
      }
    }),
};

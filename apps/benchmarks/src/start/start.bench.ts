import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench';
import { withBenchDatabase } from '../database/bench-database';
import { loadOrganizations } from '../database/organizations.loader';
import { runEngine } from '../http/engine-program';
import { residentBytes } from '../measure/cpu-clock';
import { median } from '../measure/median';
import { atMost } from '../report/bench-report';
import { describeMachine } from '../report/machine';

const READY_TARGET_S = 2;
const IDLE_TARGET_MB = 150;
/** Until the start's garbage is collected and the first timers have run. */
const SETTLE_MS = 5_000;
const BYTES_PER_MB = 1_048_576;

export const START_BENCH: Bench = {
  name: 'start',
  question: 'How soon does an engine on an existing database serve, and how much memory does it hold when idle?',
  run: (flags) =>
    withBenchDatabase(async (database) => {
      const startedAt = new Date().toISOString();
      const machine = describeMachine(database.version);
      await loadOrganizations(database.admin, flags.wallets);
      const readyMs: number[] = [];
      const idleMb: number[] = [];
      for (let round = 0; round < flags.rounds; round++) {
        const engine = await runEngine({ DATABASE_URL: database.url });
        readyMs.push(engine.readyAfterMs);
        await sleep(SETTLE_MS);
        idleMb.push((residentBytes(engine.pid) ?? Number.NaN) / BYTES_PER_MB);
        await engine.stop();
      }
      return {
        bench: 'start',
        machine,
        startedAt,
        lines: [],
        verdicts: [
          atMost('from the process to ready', median(readyMs) / 1_000, READY_TARGET_S, 's'),
          atMost('resident memory, idle', median(idleMb), IDLE_TARGET_MB, 'MB'),
        ],
        notes: [
          `Ready after ${readyMs.map((ms) => (ms / 1_000).toFixed(2)).join(', ')} s; idle with ${idleMb.map((mb) => mb.toFixed(0)).join(', ')} MB.`,
          'The engine’s own process on a database given by DATABASE_URL: npm, the launcher and the embedded PostgreSQL come on top.',
        ],
      };
    }),
};

import type { DeliveryFaults } from '../delivery/delivery-faults';
import { type Comparison, compareRuns, type NamedRun } from './comparison';
import type { ProgressLine } from './progress-line';
import type { RunOptions } from './run-options';
import { simulate } from './simulation';

/** When the command line names none. */
const USUAL_FAULTS: Partial<DeliveryFaults> = { lostPercent: 20, duplicatedPercent: 20, reorderedPercent: 20 };
const USUAL_KILLS = [0.5];

/** The same plan three times: without faults, with them, and with the engine killed in the middle as well. */
export async function compareFaults(options: RunOptions, progress: ProgressLine): Promise<Comparison> {
  const variants = variantsOf(options);
  const runs: NamedRun[] = [];
  for (const [index, [name, variant]] of variants.entries()) {
    progress.say(`run ${index + 1} of ${variants.length}: ${name}`);
    // A running engine keeps the calls of earlier runs: each run needs ids of its own.
    const report = await simulate({ ...variant, runId: `${options.runId}-${index + 1}` }, progress);
    runs.push({ name, report });
  }
  return compareRuns(runs);
}

function variantsOf(options: RunOptions): [string, RunOptions][] {
  const { engine } = options;
  const faults = Object.keys(options.faults).length > 0 ? options.faults : USUAL_FAULTS;
  const withKills = (killAt: number[]): RunOptions['engine'] =>
    engine.kind === 'spawn' ? { ...engine, killAt } : engine;
  const calm = { ...options, engine: withKills([]) };
  const variants: [string, RunOptions][] = [
    ['no faults', { ...calm, faults: {} }],
    ['faults', { ...calm, faults }],
  ];
  if (engine.kind === 'url') return variants; // whose engine it is decides when it dies
  const killAt = engine.killAt.length > 0 ? engine.killAt : USUAL_KILLS;
  return [...variants, ['faults, kill -9', { ...options, faults, engine: withKills(killAt) }]];
}

import { randomBytes } from 'node:crypto';
import { planCalls } from './load/call-plan';
import { UsageError } from './load/flag-values';
import { compareFaults } from './load/compare-faults';
import { comparisonTable } from './load/comparison-table';
import { Interruption } from './load/interruption';
import { ProgressLine } from './load/progress-line';
import { reportTable } from './load/report-table';
import { readRunOptions, type RunOptions } from './load/run-options';
import { simulate } from './load/simulation';
import { USAGE } from './load/usage';

/** 128 + SIGINT, as shells count. */
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const options = readRunOptions(process.argv.slice(2), process.env, randomBytes(16).toString('hex'));
  if (!options) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options.planOnly) {
    process.stdout.write(`${JSON.stringify(planCalls(options.plan), null, 2)}\n`);
    return 0;
  }
  if (options.compareFaults) return show(await compareFaults(options, new ProgressLine()), options, comparisonTable);
  return show(await simulate(options, new ProgressLine()), options, reportTable);
}

function show<Result extends { failures: string[] }>(
  result: Result,
  { json }: RunOptions,
  table: (result: Result) => string,
): number {
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : table(result)}\n`);
  return result.failures.length === 0 ? 0 : 1;
}

main()
  .then((code) => process.exit(code))
  .catch((error: unknown) => {
    if (error instanceof Interruption) process.exit(INTERRUPTED);
    const message = error instanceof UsageError ? `${error.message}\nTry --help.` : String(error);
    process.stderr.write(`${message}\n`);
    process.exit(2);
  });

import 'reflect-metadata';
import { BENCHES } from './benches';
import { INTERRUPTED } from './database/bench-database';
import { readFlags, USAGE, UsageError } from './flags';
import { printReport } from './report/print-report';
import { writeReport } from './report/write-report';

const FAILED = 1;
const CALLED_WRONGLY = 2;

/** Runs the benches that were named, or all. A missed target is a finding, not a failure of the run. */
async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  if (!flags) {
    console.log(usage());
    return;
  }
  const unknown = flags.benches.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) throw new UsageError(`There is no bench ${unknown.join(', ')}.`);
  for (const bench of BENCHES) {
    if (flags.benches.length > 0 && !flags.benches.includes(bench.name)) continue;
    console.log(`\n${bench.name}: ${bench.question}`);
    const report = await bench.run(flags);
    printReport(report);
    console.log(`\n  written to ${writeReport(flags.reports, report)}`);
  }
}

function usage(): string {
  const names = BENCHES.map((bench) => `  ${bench.name.padEnd(10)} ${bench.question}`).join('\n');
  return `${USAGE}\nbenches:\n${names}`;
}

main().catch((fault: Error) => {
  if (process.exitCode === INTERRUPTED) return; // whatever was under way has lost its database
  if (fault instanceof UsageError) {
    console.error(`${fault.message}\n\n${usage()}`);
    process.exitCode = CALLED_WRONGLY;
    return;
  }
  console.error(process.env.LOG_LEVEL === 'debug' ? fault.stack : fault.message);
  process.exitCode = FAILED;
});

import 'reflect-metadata';
import { BENCHES } from './benches';
import { readFlags, USAGE } from './flags';
import { printReport } from './report/print-report';
import { writeReport } from './report/write-report';

/** Runs the benches that were named, or all. A missed target is a finding, not a failure of the run. */
async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  const unknown = flags.benches.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    const names = BENCHES.map((bench) => `  ${bench.name.padEnd(10)} ${bench.question}`).join('\n');
    throw new Error(`There is no bench ${unknown.join(', ')}.\n${USAGE}\nbenches:\n${names}`);
  }
  for (const bench of BENCHES) {
    if (flags.benches.length > 0 && !flags.benches.includes(bench.name)) continue;
    console.log(`\n${bench.name}: ${bench.question}`);
    const report = await bench.run(flags);
    printReport(report);
    console.log(`\n  written to ${writeReport(flags.reports, report)}`);
  }
}

main().catch((fault: Error) => {
  console.error(process.env.LOG_LEVEL === 'debug' ? fault.stack : fault.message);
  process.exitCode = 1;
});

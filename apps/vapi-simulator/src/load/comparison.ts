import type { RunReport } from './run-report';

export interface NamedRun {
  name: string;
  report: RunReport;
}

/** One run beside the run without faults, over the calls that lasted equally long in both, to the millisecond. */
export interface ComparedRun extends NamedRun {
  comparableCalls: number;
  /** Calls that were refused, cut or never started in one of the two runs, so that they have no common price. */
  otherCalls: number;
  penceWithoutFaults: number;
  pence: number;
  differencePence: number;
  chargedDifferently: string[];
}

export interface Comparison {
  runs: ComparedRun[];
  failures: string[];
}

/** The first run is the measure of the others. */
export function compareRuns(runs: readonly NamedRun[]): Comparison {
  const compared = runs.map((run) => compareWith(runs[0]!.report, run));
  const failures = compared.flatMap(({ name, report, chargedDifferently, comparableCalls }) => [
    ...report.failures.map((failure) => `${name}: ${failure}`),
    ...(chargedDifferently.length > 0 ? [`${name}: charged differently: ${chargedDifferently.join(', ')}`] : []),
    ...(comparableCalls === 0 ? [`${name}: no call can be compared`] : []),
  ]);
  return { runs: compared, failures };
}

function compareWith(clean: RunReport, { name, report }: NamedRun): ComparedRun {
  const there = new Map(clean.charges.map((charge) => [charge.call, charge]));
  const labels = new Set([...there.keys(), ...report.charges.map(({ call }) => call)]);
  const both = report.charges.flatMap((here) => {
    const other = there.get(here.call);
    return other && other.talkedMs === here.talkedMs ? [{ call: here.call, here, other }] : [];
  });
  const penceWithoutFaults = both.reduce((sum, { other }) => sum + other.chargedPence, 0);
  const pence = both.reduce((sum, { here }) => sum + here.chargedPence, 0);
  return {
    name,
    report,
    comparableCalls: both.length,
    otherCalls: labels.size - both.length,
    penceWithoutFaults,
    pence,
    differencePence: pence - penceWithoutFaults,
    chargedDifferently: both
      .filter(({ here, other }) => here.chargedPence !== other.chargedPence)
      .map(({ call, here, other }) => `${call} (${other.chargedPence}p, ${here.chargedPence}p)`),
  };
}

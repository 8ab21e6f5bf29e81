import type { ComparedRun, Comparison } from './comparison';
import { mishapsOf, planOf } from './report-table';

const ROWS: [name: string, value: (run: ComparedRun) => string | number][] = [
  ['calls connected', ({ report }) => report.connected],
  ['refused / cut', ({ report }) => `${report.refused} / ${report.cut}`],
  ['webhooks lost', ({ report }) => report.webhooks.lost + report.webhooks.unreachable],
  ['priced', ({ report }) => `${report.pencePriced}p`],
  ['charged', ({ report }) => `${report.penceCharged}p`],
  ['leak', ({ report }) => `${report.leakPence}p`],
  ['not charged exactly once', ({ report }) => report.notChargedExactlyOnce.length],
  ['holds left', ({ report }) => `${report.settlement.heldPence}p`],
  ['calls as long as without faults', ({ comparableCalls }) => comparableCalls],
  ['  charged without faults', ({ penceWithoutFaults }) => `${penceWithoutFaults}p`],
  ['  charged here', ({ pence }) => `${pence}p`],
  ['  difference', ({ differencePence }) => `${differencePence}p`],
  ['  charged differently', ({ chargedDifferently }) => chargedDifferently.length],
  ['calls refused, cut or absent in one', ({ otherCalls }) => otherCalls],
];

/** The runs side by side, for people. */
export function comparisonTable({ runs, failures }: Comparison): string {
  const columns = runs.map((run) => [run.name, ...ROWS.map(([, value]) => String(value(run)))]);
  const names = ['', ...ROWS.map(([name]) => name)];
  const nameWidth = Math.max(...names.map(({ length }) => length));
  const widths = columns.map((cells) => Math.max(...cells.map(({ length }) => length)));
  const lines = names.map((name, row) =>
    [name.padEnd(nameWidth), ...columns.map((cells, column) => cells[row]!.padStart(widths[column]!))].join('   '),
  );
  const heads = runs.map(({ name, report }) => `  ${name}: ${mishapsOf(report)}`);
  const verdict =
    failures.length === 0
      ? 'OK: the same charge for every call that lasted as long, and every call charged once in each run'
      : `FAILED: ${failures.join('; ')}`;
  return ['', planOf(runs[0]!.report), ...heads.slice(1), '', ...lines, '', verdict].join('\n');
}

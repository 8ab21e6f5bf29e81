import type { BenchReport, Line, Verdict } from './bench-report';
import { barPlot } from './bar-plot';
import { machineLine } from './machine';
import { table } from './table';

export function printReport(report: BenchReport): void {
  const blocks = [`\n${report.bench}: ${machineLine(report.machine)}`];
  if (report.lines.length > 0) {
    blocks.push(
      table(['load', 'variant', '/s', 'p50 ms', 'p99 ms', 'node µs/op', 'PG µs/op', ''], report.lines.map(cells)),
    );
    blocks.push(...plots(report.lines));
  }
  if (report.verdicts.length > 0) {
    blocks.push(table(['target', 'reached', 'wanted', ''], report.verdicts.map(judged)));
  }
  blocks.push(...report.notes.map((note) => `  ${note}`));
  console.log(blocks.join('\n\n'));
}

function cells(line: Line): string[] {
  return [
    line.load,
    line.variant,
    whole(line.perSecond),
    decimals(line.p50Ms),
    decimals(line.p99Ms),
    whole(line.nodeMicros),
    whole(line.postgresMicros),
    line.note ?? '',
  ];
}

function judged({ what, reached, unit, target, met }: Verdict): string[] {
  return [what, `${decimals(reached)} ${unit}`, target, met ? 'met' : 'MISSED'];
}

function plots(lines: readonly Line[]): string[] {
  const loads = [...new Set(lines.map((line) => line.load))];
  return loads.map((load) => {
    const bars = lines
      .filter((line) => line.load === load)
      .map((line) => ({ label: line.variant, value: line.perSecond }));
    return barPlot(`${load}: operations per second`, bars);
  });
}

function whole(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '–';
}

function decimals(value: number): string {
  return Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 1) : '–';
}

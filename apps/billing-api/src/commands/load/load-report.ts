import { isFulfilled, type ScenarioResult } from './scenario';

const COLUMNS = ['requests', 'ok', 'refused', 'other', 'p50 ms', 'p99 ms'] as const;

/** The table at the end, then every expectation with what was found. */
export function loadReport(results: readonly ScenarioResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const row = (name: string, cells: readonly string[]): string =>
    [name.padEnd(width), ...cells.map((cell, i) => cell.padStart(COLUMNS[i]?.length ?? 0))].join('  ');
  const table = [row('', COLUMNS), ...results.map((result) => row(result.name, figuresOf(result)))];
  const verdicts = results.flatMap(({ name, expectations }) => [
    '',
    name,
    ...expectations.map((expectation) =>
      isFulfilled(expectation)
        ? `  ok    exactly ${expectation.found} ${expectation.what}`
        : `  FAIL  ${expectation.found} ${expectation.what}, expected exactly ${expectation.expected}`,
    ),
  ]);
  return [...table, ...verdicts].join('\n');
}

function figuresOf({ answers }: ScenarioResult): string[] {
  const ok = answers.filter(({ status }) => status >= 200 && status < 300).length;
  const refused = answers.filter(({ status }) => status >= 400 && status < 500).length;
  const ms = answers.map((answer) => answer.ms).sort((a, b) => a - b);
  // nearest rank: a figure that was really measured, not one between two
  const percentile = (share: number): string => (ms[Math.ceil(share * ms.length) - 1] ?? 0).toFixed(1);
  return [answers.length, ok, refused, answers.length - ok - refused]
    .map(String)
    .concat(percentile(0.5), percentile(0.99));
}

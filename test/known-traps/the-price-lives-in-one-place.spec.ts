import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const HOME = join('libs', 'kernel', 'src', 'rate-card.ts');
/** What ships; the simulator and the benchmarks are other programs. */
const SHIPPED = ['libs', 'apps/billing-api', 'migrations'];
const NOT_SHIPPED = /\.(spec|examples|bench)\.ts$|[\\/](demo|testing)[\\/]|commands[\\/](demo|load)/;

const FORMULA: readonly [string, RegExp][] = [
  ['a rate is multiplied or divided', /[*/]\s*(BigInt\()?[\w.]*[pP]encePerMinute|[pP]encePerMinute\w*\)?\s*[*/]/],
  ['a rate is multiplied in SQL', /[*/]\s*(\w+\.)?pence_per_minute|pence_per_minute\w*\s*[*/]/],
  ['the divisor of a price', /\b600_?000n\b/],
  [
    'a rate written as a number',
    /(?:rate|price|perMinute|PencePerMinute|pence_per_minute)\w*['"]?\s*[:=]\s*(?:560_?000|56|49)\b/i,
  ],
];
/** Not formulas: the default of the setting, and examples shown in Swagger. */
const ALLOWED = /DEFAULT_PENCE_PER_MINUTE: z\.|example/;

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !NOT_SHIPPED.test(file));
}

function findings(text: string): string[] {
  const lines = text.split('\n').filter((line) => !ALLOWED.test(line) && !/^\s*(\*|\/\/|\/\*\*)/.test(line));
  return FORMULA.filter(([, pattern]) => lines.some((line) => pattern.test(line))).map(([what]) => what);
}

describe('trap 1: the price per minute stood in two places and drifted apart (49p and 56p)', () => {
  it('is impossible: one file turns seconds into money, and no other knows how', () => {
    const files = SHIPPED.flatMap(sources);
    const found = files.filter((file) => findings(readFileSync(file, 'utf8')).length > 0);
    expect(files.length).toBeGreaterThan(150);
    expect(found).toEqual([HOME]);
  });

  it.each([
    ['const cost = Math.ceil((seconds / 60) * card.pencePerMinute);', 'a rate is multiplied or divided'],
    ['const cost = (rateCard.pencePerMinuteE4 * seconds) / 600000;', 'a rate is multiplied or divided'],
    ['select billed_seconds * c.pence_per_minute_e4 / 600000', 'a rate is multiplied in SQL'],
    ['const pence = (exact + 599_999n) / 600_000n;', 'the divisor of a price'],
    ['const RATE_PENCE = 49;', 'a rate written as a number'],
    ['  pencePerMinute: 56,', 'a rate written as a number'],
  ])('would be seen: %s', (line, what) => {
    expect(findings(line)).toContain(what);
  });
});

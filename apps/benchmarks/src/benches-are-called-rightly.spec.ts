import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(__dirname, 'main.ts');
/** From the sources as they are now. */
const RUN_TYPESCRIPT = join(__dirname, '../../../test/support/run-typescript.cjs');

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['-r', RUN_TYPESCRIPT, MAIN, ...args], { encoding: 'utf8', timeout: 25_000 });
}

describe('npm run bench', () => {
  it.each([
    [['--turbo'], "Unknown option '--turbo'"],
    [['--rounds'], "Option '--rounds <value>' argument missing"],
    [['--rounds', '0'], '--rounds must be from 1 to 100'],
    [['ledger', 'leger'], 'There is no bench leger.'],
  ])('answers %j with the reason, the usage and code 2, and measures nothing', (args, reason) => {
    const { status, stdout, stderr } = bench(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).toContain('usage: benchmarks [bench …] [flags]');
    expect(stderr).toContain('\n  ledger ');
  });

  it.each(['--help', '-h'])('answers %s with the usage and the benches, and measures nothing', (flag) => {
    const { status, stdout, stderr } = bench('ledger', flag);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^usage: benchmarks .*\nbenches:\n {2}ledger .*\n$/s);
  });
});

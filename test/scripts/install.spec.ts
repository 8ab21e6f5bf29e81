import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const INSTALL = resolve('scripts/run/install.cjs');
const PROGRAM = `require('${INSTALL}').install().catch((fault) => { console.error(fault.message); process.exit(1); })`;

describe('the installation of packages', () => {
  let folder: string;
  const inFolder = (name: string): string => join(folder, name);

  /** A project with one package, from a file, that wants a Node nobody has. */
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-install-'));
    mkdirSync(inFolder('picky'));
    writeFileSync(inFolder('picky/package.json'), '{"name":"picky","version":"1.0.0","engines":{"node":">=99"}}');
    npm('pack', './picky');
    writeFileSync(inFolder('package.json'), '{"name":"x","dependencies":{"picky":"file:picky-1.0.0.tgz"}}');
    npm('install', '--package-lock-only', '--offline');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function npm(...args: string[]): void {
    execFileSync('npm', [...args, '--silent'], { cwd: folder });
  }

  const install = (): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['-e', PROGRAM], { cwd: folder, encoding: 'utf8' });

  it('says nothing of packages that would rather have a newer Node', () => {
    const { status, stdout, stderr } = install();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('added 1 package');
    expect(readFileSync(inFolder('node_modules/picky/package.json'), 'utf8')).toContain('>=99');
  });

  it('that fails still says why', () => {
    const lock = readFileSync(inFolder('package-lock.json'), 'utf8');
    writeFileSync(inFolder('package-lock.json'), lock.replace(/sha512-.{4}/, 'sha512-AAAA'));
    const { status, stderr } = install();
    expect(status).toBe(1);
    expect(stderr).toMatch(/npm error code EINTEGRITY\n(.*\n)*npm ci failed with code 1\.\n$/);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './make-folder';

const TYPESCRIPT = join(__dirname, '../../../../test/support/run-typescript.cjs');
/** Only a process of its own can be given up when it never returns. */
const PATIENCE_MS = 20_000;

describe('a folder', () => {
  let place: string;

  beforeEach(() => (place = mkdtempSync(join(tmpdir(), 'holdfast-make-'))));
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  it('is made with those above it, and may be there already', () => {
    for (let twice = 0; twice < 2; twice++) makeFolder(join(place, 'a/b/c'));
    expect(existsSync(join(place, 'a/b/c'))).toBe(true);
  });

  it('is not made where a file is in the way', () => {
    writeFileSync(join(place, 'file'), '');
    expect(() => makeFolder(join(place, 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(join(place, 'file/sub'))).toThrow('EEXIST');
  });

  it('is not tried for ever on a file system that takes none', () => {
    const program = `const { makeFolder } = require('${join(__dirname, 'make-folder.ts')}');
      try { makeFolder('/proc/no-such/folder'); } catch (fault) { console.log(fault.path); }`;
    const said = execFileSync(process.execPath, ['-r', TYPESCRIPT, '-e', program], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    expect(said).toBe('/proc/no-such\n');
  }, 30_000);
});

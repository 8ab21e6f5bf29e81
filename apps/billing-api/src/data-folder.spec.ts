import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLoadTarget } from './commands/load/load-target';
import { dataFolderOf } from './data-folder';

/** main itself, of the sources as they are now. */
const MAIN = join(__dirname, '../../../test/support/engine-from-sources.cjs');

describe('HOLDFAST_DATA', () => {
  it.each([
    [undefined, '.data'],
    ['', '.data'],
    [' \t', '.data'],
    ['/var/lib/holdfast', '/var/lib/holdfast'],
    [' /var/lib/hold fast\n', '/var/lib/hold fast'],
  ])('%j is the folder %s', (HOLDFAST_DATA, folder) => {
    expect(dataFolderOf({ HOLDFAST_DATA })).toBe(folder);
  });

  describe('that is empty', () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'holdfast-data-'));
      chmodSync(folder, 0o755); // under root the database's server runs as another account, which must get in
    });

    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it.each(['', ' '])(
      '(%j) leaves the folder of the engine and of its commands at .data',
      async (HOLDFAST_DATA) => {
        const environment = { PATH: process.env.PATH, HOLDFAST_DATA, PORT: '0' };
        const engine = spawn(process.execPath, [MAIN], { cwd: folder, env: environment });
        const ended = new Promise((resolve) => engine.once('exit', resolve));
        let said = '';
        await new Promise<void>((resolve) => {
          engine.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()).includes('http://') && resolve());
          void ended.then(() => resolve());
        });
        engine.kill('SIGTERM');
        expect(await ended).toBe(0);
        expect(said).toContain('http://');
        expect(readdirSync(folder)).toEqual(['.data']);
        expect(existsSync(join(folder, '.data', 'pg'))).toBe(true);

        const here = process.cwd();
        try {
          process.chdir(folder);
          const { key } = readLoadTarget([], environment);
          expect(key.length).toBeGreaterThan(16);
        } finally {
          process.chdir(here);
        }
      },
      60_000,
    );
  });
});

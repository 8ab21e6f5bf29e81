import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { healLibraryLinks, locateBinaries } from './platform-binaries';

describe('the PostgreSQL programs', () => {
  it.each([
    ['sunos', 'x64'],
    ['linux', 'riscv64'],
  ])('are missing on %s-%s, which is said together with the way out', (platform, arch) => {
    expect(() => locateBinaries(platform, arch)).toThrow(
      `No embedded PostgreSQL for ${platform}-${arch} is installed: set DATABASE_URL.`,
    );
  });

  it('get their library links back when npm did not run the install script', () => {
    const parent = mkdtempSync(join(tmpdir(), 'holdfast-links-'));
    try {
      const lib = join(parent, 'native', 'lib');
      cpSync(locateBinaries().root, join(parent, 'native'), {
        recursive: true,
        filter: (path) => !lstatSync(path).isSymbolicLink() && !path.includes('/share/'),
      });
      const bare = readdirSync(lib).length;
      expect(healLibraryLinks(join(parent, 'native'))).toBe(true);
      expect(readdirSync(lib).length).toBeGreaterThan(bare);
      for (const name of readdirSync(lib)) expect(existsSync(join(lib, name))).toBe(true);
    } finally {
      rmSync(parent, { recursive: true });
    }
  });
});

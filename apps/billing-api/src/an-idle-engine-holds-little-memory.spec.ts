import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const main = readFileSync(join(__dirname, 'main.ts'), 'utf8');
const modules = [...main.matchAll(/^import .* from '(.+)';|^import '(.+)';/gm)].map((match) => match[1] ?? match[2]);

/** How much it is, `npm run bench:start` measures. */
describe('the young generation', () => {
  it('is kept small before any other module is loaded', () => {
    expect(modules[0]).toBe('./start-in-little-memory');
    expect(modules).toContain('reflect-metadata');
  });

  it('may grow as soon as the engine serves', () => {
    expect(main).toMatch(/engine = await startEngine\([^()]*\);\s+useMemoryAsNeeded\(\);/);
  });
});

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve('.');
const CRUISER = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
const SOURCES = ['apps', 'libs', 'migrations', 'test'];
/** Reading the whole tree takes 3-6 s, and the other test files want their share of the machine. */
const CRUISE_LIMIT_MS = 120_000;

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

/** One file per rule, each breaking that rule: path, what it imports. */
const PLANTED: Record<string, [path: string, imports: string]> = {
  'kernel-imports-downwards-only': ['libs/kernel/src/planted.ts', '@holdfast/platform'],
  'platform-imports-downwards-only': ['libs/platform/src/planted.ts', '@holdfast/ledger'],
  'ledger-imports-downwards-only': ['libs/ledger/src/application/planted.ts', '@holdfast/telephony'],
  'reservation-imports-downwards-only': ['libs/reservation/src/application/planted.ts', '@holdfast/telephony'],
  'libs-never-import-apps': ['libs/platform/src/planted-app.ts', '../../../apps/billing-api/src/planted'],
  'libs-never-import-tests': ['libs/ledger/src/planted-test.ts', '../../../test/support/planted'],
  'one-door-per-module': ['libs/reservation/src/http/planted-window.ts', '../../../ledger/src/domain/planted'],
  'one-door-from-outside': ['apps/billing-api/src/planted-window.ts', '../../../libs/ledger/src/domain/planted'],
  'modules-go-by-their-alias': ['libs/telephony/src/application/planted-path.ts', '../../../ledger/src/index'],
  'nobody-enters-by-his-own-door': ['libs/ledger/src/application/planted-door.ts', '@holdfast/ledger'],
  'domain-imports-only-domain-and-kernel': ['libs/ledger/src/domain/planted-framework.ts', '@nestjs/common'],
  'application-imports-no-outer-layer': ['libs/ledger/src/application/planted-up.ts', '../infrastructure/planted'],
  'outer-layers-meet-in-the-application': ['libs/ledger/src/http/planted-sideways.ts', '../infrastructure/planted'],
  'kernel-imports-no-package': ['libs/kernel/src/planted-package.ts', 'zod'],
  'applications-do-not-import-each-other': ['apps/vapi-simulator/src/planted-app.ts', '../../billing-api/src/planted'],
  'simulator-imports-nothing-of-libs': ['apps/vapi-simulator/src/planted-lib.ts', '@holdfast/kernel'],
  'migrations-belong-to-the-platform-and-the-engine': [
    'libs/ledger/src/infrastructure/planted-schema.ts',
    '../../../../migrations/planted',
  ],
  'migrations-import-nothing-of-the-house': ['migrations/planted-code.ts', '@holdfast/kernel'],
  'no-cycles': ['libs/ledger/src/application/planted-egg.ts', './planted-hen'],
  'nothing-imports-a-spec': ['test/support/planted-spec.ts', '../architecture/boundaries.spec'],
  'what-ships-needs-no-dev-dependency': ['libs/platform/src/planted-tool.ts', 'fast-check'],
  'everything-imported-exists': ['libs/platform/src/planted-typo.ts', './no-such-file'],
};

/** What the planted files import; harmless themselves. */
const GOALS = [
  'apps/billing-api/src/planted.ts',
  'libs/ledger/src/domain/planted.ts',
  'libs/ledger/src/infrastructure/planted.ts',
  'migrations/planted.ts',
  'test/support/planted.ts',
];

describe('the borders between modules and layers', () => {
  it(
    'are kept by the whole tree',
    async () => {
      expect((await violationsIn(ROOT)).map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
    },
    CRUISE_LIMIT_MS,
  );

  describe('are guarded by rules', () => {
    let copy: string;
    let violations: Violation[];

    beforeAll(async () => {
      copy = mkdtempSync(join(tmpdir(), 'holdfast-boundaries-'));
      for (const name of [...SOURCES, 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
        cpSync(join(ROOT, name), join(copy, name), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
      for (const goal of GOALS) plant(goal, 'export {};');
      plant('libs/ledger/src/application/planted-hen.ts', `import './planted-egg';`);
      for (const [path, imports] of Object.values(PLANTED)) plant(path, `import '${imports}';`);
      violations = await violationsIn(copy);
    }, CRUISE_LIMIT_MS);

    afterAll(() => rmSync(copy, { recursive: true, force: true }));

    it('of which none is without a planted offence here', () => {
      const { forbidden } = jest.requireActual<{ forbidden: { name: string }[] }>('../../.dependency-cruiser.cjs');
      expect(forbidden.map(({ name }) => name).sort()).toEqual(Object.keys(PLANTED).sort());
    });

    it.each(Object.keys(PLANTED))('%s reports its offender', (name) => {
      const [offender] = PLANTED[name]!;
      const reported = violations.filter(({ rule }) => rule.name === name).map(({ from }) => from);
      expect(reported).toContain(offender);
    });

    function plant(path: string, text: string): void {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), `${text}\n`);
    }
  });
});

async function violationsIn(directory: string): Promise<Violation[]> {
  // with json it exits with 0 whatever it found, so a failure here is a fault of the check itself
  const args = [CRUISER, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...SOURCES];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory, maxBuffer: 64 * 1024 * 1024 });
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

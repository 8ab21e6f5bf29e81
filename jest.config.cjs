const { existsSync } = require('node:fs');
const { delimiter, join } = require('node:path');
const ts = require('typescript');
const { paths } = ts.readConfigFile('./tsconfig.json', ts.sys.readFile).config.compilerOptions;

/** Presses the buttons of Swagger UI. CI has a browser, or fails; who has none is told so, and everything else is tested. */
const BROWSER_SPEC = 'test/e2e/the-docs-offer-what-works.spec.ts';
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome']; // as test/support/browser.ts looks for one
const hasBrowser = (process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => BROWSERS.some((name) => existsSync(join(folder, name))));
const leavesBrowserOut = !hasBrowser && process.env.CI === undefined;
if (leavesBrowserOut) console.error(`No chromium in PATH: ${BROWSER_SPEC} is left out (apt-get install chromium).`);

/** One runner for every kind of test. Specs live beside the code they claim something about, or under test/. */
module.exports = {
  rootDir: '.',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: Object.fromEntries(Object.entries(paths).map(([k, [v]]) => [`^${k}$`, `<rootDir>/${v}`])),
  transform: { '\\.[cm]?[jt]s$': '<rootDir>/test/support/jest-transform.cjs' },
  transformIgnorePatterns: [],
  testPathIgnorePatterns: ['/node_modules/', ...(leavesBrowserOut ? [BROWSER_SPEC] : [])],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
  globalSetup: '<rootDir>/test/support/global-setup.cjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.cjs',
  // The provider's SDK keeps a timer for 10 s after a failed request; nothing of ours is left running.
  forceExit: true,
  testTimeout: 30_000,
};

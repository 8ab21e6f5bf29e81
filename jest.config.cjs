const ts = require('typescript');
const { paths } = ts.readConfigFile('./tsconfig.json', ts.sys.readFile).config.compilerOptions;

/** One runner for every kind of test. Specs live beside the code they claim something about, or under test/. */
module.exports = {
  rootDir: '.',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: Object.fromEntries(Object.entries(paths).map(([k, [v]]) => [`^${k}$`, `<rootDir>/${v}`])),
  transform: { '\\.[cm]?[jt]s$': '<rootDir>/test/support/jest-transform.cjs' },
  transformIgnorePatterns: [],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
  globalSetup: '<rootDir>/test/support/global-setup.cjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.cjs',
  // The provider's SDK keeps a timer for 10 s after a failed request; nothing of ours is left running.
  forceExit: true,
  testTimeout: 30_000,
};

// Jest compiles what this file requires with our transform, but resolves it with Node: moduleNameMapper does not apply
// here, so the @holdfast aliases are registered by hand.
const { join } = require('node:path');
const { register } = require('tsconfig-paths');
const ts = require('typescript');

const root = join(__dirname, '..', '..');

module.exports = async function globalSetup() {
  endWithTheStarter();
  const { paths } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config.compilerOptions;
  const unregister = register({ baseUrl: root, paths });
  try {
    const { startTestServer } = require('./test-server.ts');
    globalThis.holdfastTestServer = await startTestServer();
  } finally {
    unregister();
  }
};

/** scripts/run.cjs keeps a channel open to us; when it is killed, nobody waits for these tests any more. */
function endWithTheStarter() {
  if (!process.channel) return;
  process.once('disconnect', () => process.exit(1));
  process.channel.unref(); // listening alone must not keep jest alive
}

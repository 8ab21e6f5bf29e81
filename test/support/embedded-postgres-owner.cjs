// A process of its own that owns an embedded PostgreSQL and waits to be killed: node embedded-postgres-owner.cjs <folder>
const { join } = require('node:path');
const { transformFileSync } = require('@swc/core');

// plain Node, no jest: the launcher's few files are compiled as they are required
require.extensions['.ts'] = (module, file) => {
  const jsc = { target: 'es2022', parser: { syntax: 'typescript' } };
  module._compile(transformFileSync(file, { jsc, module: { type: 'commonjs' } }).code, file);
};

const launcher = join(__dirname, '..', '..', 'libs', 'platform', 'src', 'embedded-postgres', 'index.ts');
const { startEmbeddedPostgres } = require(launcher);

void startEmbeddedPostgres({ directory: process.argv[2], settings: { fsync: 'off' } }).then((postgres) => {
  console.log(postgres.pid);
  setInterval(() => undefined, 1_000);
});

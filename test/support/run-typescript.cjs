// Lets plain Node run our TypeScript: `node -r ./test/support/run-typescript.cjs file.ts`. For tests that need an engine
// in a process of its own, made of the sources as they are now: dist may be older.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');
const { register } = require('tsconfig-paths');

const root = join(__dirname, '..', '..');
// Parsed as plain JSON: loading TypeScript only for its reader takes 0.3 s of every start.
const { paths } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).compilerOptions;
register({ baseUrl: root, paths });

/** The same settings as in jest-transform.cjs. */
const options = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

Module._extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename }).code, filename);
};

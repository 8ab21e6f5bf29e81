'use strict';
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { buildAnyway, buildIfStale } = require('./build.cjs');
const { runNode } = require('./child.cjs');
const { ENGINE_OPTIONS } = require('./engine-options.cjs');

const APPLICATION = join('dist', 'apps', 'billing-api', 'src', 'main.js');
const COMMAND_SOURCES = join('apps', 'billing-api', 'src', 'commands');
const COMMANDS = join('dist', COMMAND_SOURCES);
const JEST = join('node_modules', 'jest', 'bin', 'jest.js');

const USAGE_ERROR = 2;
const USAGE = `usage: node scripts/run.cjs <command>
  start                   run the billing engine; installs and builds first when something changed
  test [jest arguments]   run the tests; installs and builds first when something changed
  build                   build the applications into dist
  script <name> [args]    run ${join(COMMAND_SOURCES, '<name>.ts')}
  app <name> [args]       run another application of nest-cli.json`;

/** Does what the word says and resolves to the exit code. */
async function run(word, args) {
  switch (word) {
    case 'start':
      await buildIfStale();
      return runNode([...ENGINE_OPTIONS, APPLICATION, ...args]);
    case 'test':
      await buildIfStale(); // some tests start the built application
      return runNode([JEST, ...args]);
    case 'build':
      await buildAnyway();
      return 0;
    case 'script':
      return runScript(args);
    case 'app':
      return runApplication(args);
    default:
      return refuse(word ? `Unknown command "${word}".` : 'No command given.');
  }
}

async function runScript([name, ...args]) {
  const known = existsSync(COMMAND_SOURCES)
    ? readdirSync(COMMAND_SOURCES).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    : [];
  if (!known.includes(`${name}.ts`)) {
    const names = known.map((file) => file.slice(0, -'.ts'.length)).join(', ');
    return refuse(`Unknown script "${name ?? ''}"; there are: ${names || 'none'}.`);
  }
  await buildIfStale();
  return runNode([join(COMMANDS, `${name}.js`), ...args]);
}

async function runApplication([name, ...args]) {
  const names = Object.keys(JSON.parse(readFileSync('nest-cli.json', 'utf8')).projects);
  if (!names.includes(name)) return refuse(`Unknown application "${name ?? ''}"; there are: ${names.join(', ')}.`);
  await buildIfStale();
  // The benches run the engine's own code inside, too.
  return runNode([...ENGINE_OPTIONS, join('dist', 'apps', name, 'src', 'main.js'), ...args]);
}

function refuse(reason) {
  console.error(`${reason}\n${USAGE}`);
  return USAGE_ERROR;
}

module.exports = { run };

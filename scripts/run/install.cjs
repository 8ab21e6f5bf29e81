'use strict';
const { statSync } = require('node:fs');
const { basename, join } = require('node:path');
const { runNode, runProgram } = require('./child.cjs');

/** npm writes this file last, so an installation cut short does not look finished. */
const INSTALLED = join('node_modules', '.package-lock.json');

function isInstallStale() {
  return modifiedAt(INSTALLED) < modifiedAt('package-lock.json');
}

async function install() {
  // Warnings are about packages that would rather have a newer Node, 52 lines of them; what goes wrong is an error.
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath; // the npm that started us, when it did
  const code =
    npm && basename(npm) === 'npm-cli.js'
      ? await runNode([npm, ...args])
      : await runProgram(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
  if (code !== 0) throw new Error(`npm ci failed with code ${code}.`);
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

module.exports = { isInstallStale, install };

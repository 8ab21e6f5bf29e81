'use strict';
const { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { runNode } = require('./child.cjs');
const { install, isInstallStale } = require('./install.cjs');
const { withLock } = require('./lock.cjs');
const { sourceFingerprint } = require('./source-fingerprint.cjs');

const NEST = join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
const DIST = 'dist';
/** Lies inside dist: it comes and goes with what it describes. */
const FINGERPRINT = join(DIST, '.sources');
const WORKSHOP = join('.data', 'build');

/** Installs and builds what is out of date; two starts at once share one build. */
async function buildIfStale() {
  if (isInstallStale() || isBuildStale()) await build(isBuildStale);
}

async function buildAnyway() {
  await build(() => true);
}

function build(isNeeded) {
  mkdirSync(WORKSHOP, { recursive: true });
  return withLock(join(WORKSHOP, 'lock'), async () => {
    // Half a minute and more without a word looks like a program that hangs.
    if (isInstallStale()) {
      console.error('Installing what npm has to bring …');
      await install();
    }
    if (isNeeded()) {
      console.error('Building …');
      await buildBeside();
    }
  });
}

/**
 * Builds into a new folder and swaps it for dist: a file deleted from the sources is gone from dist too, a failed build
 * leaves the last good one alone, and nobody ever starts half a build.
 */
async function buildBeside() {
  const fingerprint = sourceFingerprint(); // before: an edit during the build must count as newer than it
  for (const name of readdirSync(WORKSHOP))
    if (name.startsWith('next-') || name.startsWith('old-')) remove(join(WORKSHOP, name));
  const next = join(WORKSHOP, `next-${process.pid}`);
  mkdirSync(next);
  // One settings file covers every application: they share the libraries, which are compiled once.
  const [application] = Object.keys(JSON.parse(readFileSync('nest-cli.json', 'utf8')).projects);
  if ((await compile(application, next)) !== 0) throw new Error('The build failed.');
  writeFileSync(join(next, '.sources'), fingerprint);
  replaceDist(next);
}

/** The Nest compiler takes its output folder only from a tsconfig, and that only by a relative path. */
function compile(application, outDir) {
  const settings = join(outDir, 'tsconfig.json');
  const base = resolve('tsconfig.build.json');
  writeFileSync(settings, JSON.stringify({ extends: base, compilerOptions: { outDir: resolve(outDir) } }));
  return runNode([NEST, 'build', application, '--path', settings]);
}

function replaceDist(next) {
  const old = join(WORKSHOP, `old-${process.pid}`);
  move(DIST, old);
  move(next, DIST);
  remove(old);
}

function move(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code === 'ENOENT') return; // the first build
    if (error.code !== 'EXDEV') throw error; // .data may be a volume of its own
    cpSync(from, to, { recursive: true });
    remove(from);
  }
}

function remove(path) {
  rmSync(path, { recursive: true, force: true });
}

function isBuildStale() {
  try {
    return readFileSync(FINGERPRINT, 'utf8') !== sourceFingerprint();
  } catch {
    return true;
  }
}

module.exports = { buildAnyway, buildIfStale };

'use strict';
const { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const LOOK_EVERY_MS = 200;
/** A cold `npm ci` and a build take about a minute; whoever holds the lock this long is stuck. */
const WAIT_LIMIT_MS = 15 * 60_000;
/** A file still empty after this long was left by a process that died between creating and writing it. */
const HALF_WRITTEN_MS = 2_000;

/** Runs the work while no other process runs work under the same lock file. */
async function withLock(path, work) {
  const mine = nameOf(process.pid);
  const giveUpAt = Date.now() + WAIT_LIMIT_MS;
  for (let said = false; !wasCreated(path, mine);) {
    const holder = read(path);
    if (holder !== undefined && isStale(path, holder)) {
      removeIf(path, holder);
      continue;
    }
    if (Date.now() > giveUpAt)
      throw new Error(`Process ${holder} has held ${path} for too long: end it, or delete it.`);
    if (!said && holder) console.error(`Waiting for the build of process ${holder.split(' ')[0]}.`);
    said = said || Boolean(holder);
    await sleep(LOOK_EVERY_MS);
  }
  try {
    return await work();
  } finally {
    removeIf(path, mine);
  }
}

function wasCreated(path, text) {
  return succeedsUnless('EEXIST', () => writeFileSync(path, text, { flag: 'wx' }));
}

function isStale(path, holder) {
  const pid = Number.parseInt(holder, 10);
  if (Number.isNaN(pid))
    return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > HALF_WRITTEN_MS;
  return !isAlive(pid) || nameOf(pid) !== holder;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The pid and, where the system tells, when that process began: in a container the same pids come back. */
function nameOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return `${pid} `;
  }
}

/** Removes the lock only if it still is the one that was looked at. */
function removeIf(path, text) {
  const aside = `${path}.${process.pid}`;
  if (!succeedsUnless('ENOENT', () => renameSync(path, aside))) return;
  if (read(aside) !== text) succeedsUnless('EEXIST', () => linkSync(aside, path));
  rmSync(aside, { force: true });
}

function read(path) {
  let text;
  succeedsUnless('ENOENT', () => (text = readFileSync(path, 'utf8')));
  return text;
}

/** False when the one expected fault occurs; any other must surface, or a lock of root's would be retried for ever. */
function succeedsUnless(code, action) {
  try {
    action();
    return true;
  } catch (error) {
    if (error.code === code) return false;
    throw error;
  }
}

module.exports = { withLock };

'use strict';
const { readFileSync } = require('node:fs');

const LOOK_EVERY_MS = 500;

/**
 * Calls back once when the npm that started us is gone. npm runs us through a shell and passes signals to that shell
 * only, which dies without telling us: `kill <npm>` would leave the engine running with nobody attached.
 * Without npm nothing is watched: `nohup node scripts/run.cjs start &` is meant to outlive its shell.
 */
function watchStarter(onGone) {
  if (!process.env.npm_lifecycle_event) return () => undefined;
  const shell = process.ppid;
  const npm = parentIfShell(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && (npm === undefined || parentIfShell(shell) === npm)) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

/** The parent of a shell; undefined when it is no shell (some shells replace themselves by us) or not known. */
function parentIfShell(pid) {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return /^(ba|da|z|k|)sh$/.test(name) ? Number(parent) : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { watchStarter };

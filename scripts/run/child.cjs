'use strict';
const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { watchStarter } = require('./starter-watch.cjs');

/** Ctrl-C reaches us from the terminal and again from npm, which passes it on. A second one later is impatience. */
const SAME_SIGNAL_MS = 1_000;
/** What a closing terminal sends is a request to end like any other. */
const PASSED_ON = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGHUP: 'SIGTERM' };
const WINDOWS = process.platform === 'win32';

/**
 * Runs a Node program with our terminal and resolves to its exit code (128 + n when signal n ended it).
 *
 * It gets its own process group, so that a terminal's signal comes only to us and is passed on exactly once. It also
 * gets a channel whose closing ('disconnect') tells it that we are gone, even by kill -9: without it the program would
 * live on with nobody to stop it.
 */
function runNode(args) {
  return runProgram(process.execPath, args);
}

function runProgram(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: !WINDOWS, // there it would open a second console, and the console signals everybody by itself
      shell: WINDOWS && program.endsWith('.cmd'),
    });
    const stopPassingOn = WINDOWS ? () => undefined : passSignalsTo(child);
    child.once('error', (error) => {
      stopPassingOn();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopPassingOn();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

function passSignalsTo(child) {
  const lastAt = {};
  const listeners = Object.entries(PASSED_ON).map(([received, passedOn]) => {
    const listener = () => {
      const now = Date.now();
      if (now - (lastAt[received] ?? 0) > SAME_SIGNAL_MS) child.kill(passedOn);
      lastAt[received] = now;
    };
    process.on(received, listener);
    return [received, listener];
  });
  const stopWatching = watchStarter(() => child.kill('SIGTERM'));
  return () => {
    stopWatching();
    for (const [received, listener] of listeners) process.off(received, listener);
  };
}

module.exports = { runNode, runProgram };

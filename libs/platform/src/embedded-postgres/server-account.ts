import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

/** The account PostgreSQL runs under when it must not be ours. */
export interface ServerAccount {
  uid: number;
  gid: number;
}

/** In order of preference: both exist on nearly every system, so no account has to be made. */
const ACCOUNTS_FOR_ROOT = ['postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root. Root lends it the account that owns the data folder already (an account
 * `postgres` that appears later must not lock the old data out), else an unprivileged one.
 * Undefined means: run as ourselves.
 */
export function serverAccountFor(directory: string): ServerAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return ownerOf(directory) ?? unprivilegedAccount();
}

/** Asks the kernel, as that account: file modes alone don't know about access lists and mount options. */
export function accountCan(account: ServerAccount, test: '-x' | '-r', path: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'test "$1" "$2"', 'sh', test, path], { ...account, cwd: '/' }).status === 0;
}

function ownerOf(directory: string): ServerAccount | undefined {
  const found = statSync(directory, { throwIfNoEntry: false });
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

function unprivilegedAccount(): ServerAccount {
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ACCOUNTS_FOR_ROOT) {
    const entry = entries.find(([account]) => account === name);
    if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error(
    `PostgreSQL does not run as root, and there is no account ${ACCOUNTS_FOR_ROOT.join(' or ')}: set DATABASE_URL.`,
  );
}

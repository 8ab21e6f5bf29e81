import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PlatformBinaries } from './platform-binaries';
import { serverEnvironment } from './server-environment';
import type { ServerAccount } from './server-account';

/** Data folders are readable by one major version only. */
export const POSTGRES_MAJOR = '18';
const SUPERUSER = 'postgres';
/** 256 random bits need no stretching, so a handshake costs one round of hashing instead of 4096. */
const PASSWORD_BYTES = 32;
const SCRAM_ITERATIONS = 1;

export interface DataFolderOptions {
  directory: string;
  binaries: PlatformBinaries;
  account: ServerAccount | undefined;
  /** 'trust' lets every local account in: for data nobody minds. */
  authentication: 'password' | 'trust';
  /** Waits until the new cluster is on the disk. */
  durable: boolean;
}

/** Makes the data folder unless it is there. Throws one line when what is there cannot be used. */
export async function prepareDataFolder(options: DataFolderOptions): Promise<void> {
  const { directory, account } = options;
  if (existsSync(join(directory, 'PG_VERSION'))) {
    refuseOtherVersion(directory);
    refuseOtherOwner(directory, account);
    refuseLostPassword(directory);
    return;
  }
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw new Error(`The folder ${directory} is neither empty nor a PostgreSQL data folder: move it away.`);
  await initialise(options);
}

/** The superuser's part of a connection string: `postgres` or `postgres:<password>`. */
export function credentialsOf(directory: string): string {
  const file = passwordFile(directory);
  return existsSync(file) ? `${SUPERUSER}:${readFileSync(file, 'utf8').trim()}` : SUPERUSER;
}

/** A process killed inside initdb must leave nothing that looks like data: it works beside, and the rename decides. */
async function initialise({ directory, binaries, account, authentication, durable }: DataFolderOptions): Promise<void> {
  removeUnfinished(directory);
  const unfinished = `${directory}.unfinished-${process.pid}`;
  mkdirSync(unfinished, { mode: 0o700 });
  if (account) chownSync(unfinished, account.uid, account.gid);
  const args = ['-D', unfinished, '-U', SUPERUSER, '-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'];
  if (authentication === 'password') {
    writePassword(directory, account);
    args.push('--auth=scram-sha-256', `--pwfile=${passwordFile(directory)}`);
    args.push('-c', `scram_iterations=${SCRAM_ITERATIONS}`);
  } else {
    rmSync(passwordFile(directory), { force: true });
    args.push('--auth=trust');
  }
  if (!durable) args.push('--no-sync');
  else if (process.platform === 'linux') args.push('--sync-method=syncfs'); // one call, not one per each of 1000 files
  try {
    await promisify(execFile)(binaries.initdb, args, { ...account, cwd: '/', env: serverEnvironment() });
    renameSync(unfinished, directory);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw cannotInitialise(error as NodeJS.ErrnoException & { stderr?: string });
  }
}

function cannotInitialise(error: NodeJS.ErrnoException & { stderr?: string }): Error {
  // a musl system has the file but not the loader it names, and reports the file as missing
  if (error.code === 'ENOENT') return new Error('The embedded PostgreSQL does not run here: set DATABASE_URL.');
  return new Error(`initdb failed: ${error.stderr?.trim() || error.message}`, { cause: error });
}

function removeUnfinished(directory: string): void {
  const prefix = `${basename(directory)}.unfinished-`;
  for (const name of readdirSync(dirname(directory)))
    if (name.startsWith(prefix)) rmSync(join(dirname(directory), name), { recursive: true, force: true });
}

function writePassword(directory: string, account: ServerAccount | undefined): void {
  const file = passwordFile(directory);
  rmSync(file, { force: true });
  writeFileSync(file, randomBytes(PASSWORD_BYTES).toString('base64url'), { mode: 0o600, flag: 'wx' });
  chmodSync(file, 0o600);
  if (account) chownSync(file, account.uid, account.gid); // initdb reads it
}

function refuseOtherVersion(directory: string): void {
  const found = readFileSync(join(directory, 'PG_VERSION'), 'utf8').trim();
  if (found === POSTGRES_MAJOR) return;
  throw new Error(
    `The data folder ${directory} was made by PostgreSQL "${found.slice(0, 20)}", this is ${POSTGRES_MAJOR}: ` +
      'move the folder away, or set DATABASE_URL to a server that reads it.',
  );
}

function refuseOtherOwner(directory: string, account: ServerAccount | undefined): void {
  const owner = statSync(directory).uid;
  const expected = account?.uid ?? process.getuid?.() ?? owner;
  if (owner === expected) return;
  throw new Error(`The data folder ${directory} belongs to account ${owner}, PostgreSQL would run as ${expected}.`);
}

/** Before the server is started for nothing: it would let nobody in. */
function refuseLostPassword(directory: string): void {
  const file = passwordFile(directory);
  if (existsSync(file) || !/^[^#]*scram-sha-256/m.test(readFileSync(join(directory, 'pg_hba.conf'), 'utf8'))) return;
  throw new Error(`The data folder ${directory} has lost its password: put ${file} back.`);
}

function passwordFile(directory: string): string {
  return `${directory}.password`;
}

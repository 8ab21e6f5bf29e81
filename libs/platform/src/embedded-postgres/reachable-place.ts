import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from './make-folder';
import { binariesIn, healLibraryLinks, type PlatformBinaries } from './platform-binaries';
import { accountCan, serverAccountFor, type ServerAccount } from './server-account';

/** Survives reboots, unlike /tmp, and every account can reach it. */
const SHARED_PLACE = `/var/tmp/holdfast-${process.getuid?.() ?? 0}`;

/** The binaries themselves, or a copy of them where the server's account can run them and all libraries are linked. */
export function runnableBinaries(binaries: PlatformBinaries, account: ServerAccount | undefined): PlatformBinaries {
  const linked = healLibraryLinks(binaries.root);
  const permitted =
    !account ||
    (accountCan(account, '-x', binaries.postgres) && accountCan(account, '-r', join(binaries.root, 'share')));
  return linked && permitted ? binaries : copiedBinaries(binaries);
}

/**
 * Where the data lives: in the wanted folder, or aside under /var/tmp when the server's account cannot reach it
 * (a checkout below /root). Data stays where it was made: a folder's permissions may change later, and an engine that
 * then silently began with an empty database would look as if all money were gone.
 */
export function reachableDataFolder(wanted: string): string {
  const account = serverAccountFor(wanted);
  makeFolder(dirname(wanted));
  if (!account) return wanted;
  const reachable = accountCan(account, '-x', dirname(wanted));
  if (existsSync(join(wanted, 'PG_VERSION'))) {
    if (reachable) return wanted;
    throw new Error(`Account ${account.uid} cannot reach the data folder ${wanted}: open its parent folders (o+x).`);
  }
  const name = `data-${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}`;
  if (reachable && !existsSync(join(SHARED_PLACE, name, 'PG_VERSION'))) return wanted;
  return join(ownedSharedPlace(), name);
}

function copiedBinaries(binaries: PlatformBinaries): PlatformBinaries {
  const copy = join(ownedSharedPlace(), `native-${binaries.version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true });
    openToAll(unfinished);
    healLibraryLinks(unfinished);
    try {
      renameSync(unfinished, copy); // all or nothing: nobody ever runs half a copy
    } catch (error) {
      rmSync(unfinished, { recursive: true });
      if (!existsSync(copy)) throw error; // else another process was quicker
    }
  }
  return binariesIn(copy, binaries.version);
}

/** The name is predictable and everybody may write beside it, so anything but our own folder is refused. */
function ownedSharedPlace(): string {
  makeFolder(SHARED_PLACE);
  const found = lstatSync(SHARED_PLACE);
  if (!found.isDirectory() || found.uid !== process.getuid?.())
    throw new Error(`${SHARED_PLACE} is not a folder of this account: remove it, or set DATABASE_URL.`);
  chmodSync(SHARED_PLACE, 0o755); // the server's account reads here, only we write
  return SHARED_PLACE;
}

function openToAll(path: string): void {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return;
  const runnable = found.isDirectory() || basename(dirname(path)) === 'bin';
  chmodSync(path, found.mode | (runnable ? 0o555 : 0o444));
  if (found.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name));
}

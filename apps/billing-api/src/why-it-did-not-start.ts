import { resolve, sep } from 'node:path';
import { DatabaseTooNewError, isConnectionLost, PostgresTooOldError, sqlState } from '@holdfast/platform';
import { dataFolderOf } from './data-folder';
import { SettingsError } from './read-settings';

/**
 * No such name, not let in, no such database or schema, may not make tables there, takes no writes. Nothing else is
 * connected to before the engine listens.
 */
const DATABASE_CODES = /^(EAI_AGAIN|28P01|28000|3D000|3F000|42501|25006)$/;
/** Encryption that the server does not offer, a certificate that nobody vouches for. */
const TLS_TEXTS = /\b(SSL|TLS|certificate)\b/i;

/** Wherever it was noticed: by us, by initdb, by the server. */
const DISK_FULL = /ENOSPC|No space left on device/i;

/** One line, which begins with the setting to change wherever there is one. */
export function whyItDidNotStart(fault: unknown, environment: NodeJS.ProcessEnv): string {
  const { HOST, LOG_LEVEL } = environment;
  const embedded = !environment.DATABASE_URL?.trim();
  if (fault instanceof SettingsError) return fault.message;
  const { code, message, stack, syscall, path } = fault as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'PORT: another program listens there already; choose another with PORT=…';
  if (code === 'EACCES' && syscall === 'listen')
    return 'PORT: this account may not listen there; choose one above 1023';
  if (code === 'EADDRNOTAVAIL' || isName(fault, HOST)) return `HOST: ${message}: this machine has no such address`;
  if (isOnTheWay(dataFolderOf(environment), path, syscall)) return `HOLDFAST_DATA: ${message}`;
  if (embedded && DISK_FULL.test(message)) return `HOLDFAST_DATA: its disk is full (${firstLine(message)})`;
  if (
    syscall === 'connect' ||
    isConnectionLost(fault) ||
    DATABASE_CODES.test(sqlState(fault) ?? '') ||
    TLS_TEXTS.test(message) ||
    fault instanceof PostgresTooOldError ||
    fault instanceof DatabaseTooNewError
  ) {
    const setting = embedded ? 'HOLDFAST_DATA: the embedded PostgreSQL there' : 'DATABASE_URL';
    return `${setting}: ${message || (code ?? 'connection refused')}`; // one of several addresses says nothing
  }
  return LOG_LEVEL === 'debug' ? (stack ?? message) : message;
}

/** Both addresses are looked up the same way: only the name in the fault tells which was wrong. */
function isName(fault: unknown, host: string | undefined): boolean {
  const { hostname } = fault as { hostname?: string };
  return hostname !== undefined && hostname === host?.trim();
}

/** The folder, what is in it, and what had to be made above it. */
function isOnTheWay(folder: string, path: string | undefined, syscall: string | undefined): boolean {
  if (path === undefined) return false;
  return isInside(folder, path) || (syscall === 'mkdir' && isInside(path, folder));
}

function isInside(folder: string, path: string): boolean {
  return `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string;
}

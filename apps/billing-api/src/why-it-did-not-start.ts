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

/** One line, which begins with the setting to change wherever there is one. */
export function whyItDidNotStart(fault: unknown, environment: NodeJS.ProcessEnv): string {
  const { HOST, LOG_LEVEL } = environment;
  if (fault instanceof SettingsError) return fault.message;
  const { code, message, stack, syscall, path } = fault as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'PORT: another program listens there already; choose another with PORT=…';
  if (code === 'EACCES' && syscall === 'listen')
    return 'PORT: this account may not listen there; choose one above 1023';
  if (code === 'EADDRNOTAVAIL' || isName(fault, HOST)) return `HOST: ${message}: this machine has no such address`;
  if (isInside(dataFolderOf(environment), path)) return `HOLDFAST_DATA: ${message}`;
  if (
    syscall === 'connect' ||
    isConnectionLost(fault) ||
    DATABASE_CODES.test(sqlState(fault) ?? '') ||
    TLS_TEXTS.test(message) ||
    fault instanceof PostgresTooOldError ||
    fault instanceof DatabaseTooNewError
  ) {
    return `DATABASE_URL: ${message || (code ?? 'connection refused')}`; // one of several addresses says nothing
  }
  return LOG_LEVEL === 'debug' ? (stack ?? message) : message;
}

/** Both addresses are looked up the same way: only the name in the fault tells which was wrong. */
function isName(fault: unknown, host: string | undefined): boolean {
  const { hostname } = fault as { hostname?: string };
  return hostname !== undefined && hostname === host?.trim();
}

function isInside(folder: string, path: string | undefined): boolean {
  return path !== undefined && `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
}

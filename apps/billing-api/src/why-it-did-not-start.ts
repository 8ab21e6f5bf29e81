import { isConnectionLost, sqlState } from '@holdfast/platform';
import { SettingsError } from './read-settings';

/** No such name, not let in, no such database. Nothing else is connected to before the engine listens. */
const DATABASE_CODES = /^(EAI_AGAIN|28P01|28000|3D000)$/;

/** One line, which begins with the setting to change wherever there is one. */
export function whyItDidNotStart(fault: unknown, { HOST, LOG_LEVEL }: NodeJS.ProcessEnv): string {
  if (fault instanceof SettingsError) return fault.message;
  const { code, message, stack, syscall } = fault as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'PORT: another program listens there already; choose another with PORT=…';
  if (code === 'EACCES' && syscall === 'listen')
    return 'PORT: this account may not listen there; choose one above 1023';
  if (code === 'EADDRNOTAVAIL' || isName(fault, HOST)) return `HOST: ${message}: this machine has no such address`;
  if (syscall === 'connect' || isConnectionLost(fault) || DATABASE_CODES.test(sqlState(fault) ?? '')) {
    return `DATABASE_URL: ${message || (code ?? 'connection refused')}`; // one of several addresses says nothing
  }
  return LOG_LEVEL === 'debug' ? (stack ?? message) : message;
}

/** Both addresses are looked up the same way: only the name in the fault tells which was wrong. */
function isName(fault: unknown, host: string | undefined): boolean {
  const { hostname } = fault as { hostname?: string };
  return hostname !== undefined && hostname === host?.trim();
}

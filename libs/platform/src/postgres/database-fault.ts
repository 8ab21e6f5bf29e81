/** Class 08 (connection), 57P01–57P03 (shutdown), and what node-postgres says when a socket dies under it. */
const CONNECTION_STATES = /^(08|57P0[1-3]|53300)/;
const CONNECTION_TEXTS =
  /Connection terminated|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|Client has encountered a connection error|timeout (expired|exceeded)|Query read timeout|Client was closed/i;
/** Division by zero: how a guard refuses (see `guarded`). Somebody else has changed what was judged on. */
const GUARD_STATE = '22012';
/** Serialization, deadlock, a guard: run the same again. A unique violation too: a racing twin has just won, and now shows. */
const RETRY_STATES = new Set(['40001', '40P01', '23505', GUARD_STATE]);
/** Lock time-out, statement cancelled by its time-out: another transaction sits on the row. */
const BUSY_STATES = new Set(['55P03', '57014']);

export function sqlState(fault: unknown): string | undefined {
  const code = (fault as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

export function isConnectionLost(fault: unknown): boolean {
  const code = sqlState(fault) ?? '';
  return CONNECTION_STATES.test(code) || CONNECTION_TEXTS.test(`${code} ${(fault as Error | null)?.message ?? ''}`);
}

export function isWorthRetrying(fault: unknown): boolean {
  return RETRY_STATES.has(sqlState(fault) ?? '');
}

export function isGuardFailed(fault: unknown): boolean {
  return sqlState(fault) === GUARD_STATE;
}

export function isBusy(fault: unknown): boolean {
  return BUSY_STATES.has(sqlState(fault) ?? '');
}

/** Out of disk, memory or connections: the server is there but cannot serve. */
export function isOutOfResources(fault: unknown): boolean {
  return (sqlState(fault) ?? '').startsWith('53');
}

/** The named constraint that refused, if one did. */
export function constraintOf(fault: unknown): string | undefined {
  const constraint = (fault as { constraint?: unknown } | null)?.constraint;
  return typeof constraint === 'string' ? constraint : undefined;
}

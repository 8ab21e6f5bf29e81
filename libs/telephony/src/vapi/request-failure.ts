/** An SDK error, fetch's error below it, the socket's below that. */
const MAX_CAUSES = 4;

/**
 * What went wrong below a failed request, outermost first: system codes (`ECONNREFUSED`) or error names (`TimeoutError`). For
 * logs: never messages, which may quote an answer. Read by shape, because errors of fetch aren't always `instanceof Error`.
 */
export function failureNames(error: unknown): readonly string[] {
  const names: string[] = [];
  let each: unknown = error;
  while (typeof each === 'object' && each !== null && names.length < MAX_CAUSES) {
    const { name, code, cause } = each as { name?: unknown; code?: unknown; cause?: unknown };
    names.push(typeof code === 'string' ? code : typeof name === 'string' ? name : 'unnamed failure');
    each = cause;
  }
  return names;
}

import { refuse } from './refused.error';

/** Where a page ended, opaque to clients. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Refuses what this server did not make. */
export function decodeCursor(
  cursor: string | undefined,
  isValid: (position: unknown[]) => boolean,
): unknown[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(position) && isValid(position as unknown[])) return position as unknown[];
  } catch {
    // not JSON: refused below like any other cursor that is not ours
  }
  throw refuse('invalid_request', 'cursor is not one of ours.', {
    errors: [{ path: 'cursor', message: 'is not valid' }],
  });
}

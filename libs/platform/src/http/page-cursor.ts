import { isUuid } from '../auth/access.decorators';
import { refuse } from './refused.error';

/** A moment as toISOString writes it within the years that PostgreSQL knows too. */
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** The last row of a page that is ordered by time, and by id among rows of the same millisecond. */
export interface RowPosition {
  readonly at: Date;
  readonly id: string;
}

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

export function encodeRowCursor({ at, id }: RowPosition): string {
  return encodeCursor([at.toISOString(), id]);
}

/** What {@link encodeRowCursor} made. What it did not make must not reach the database, whose fault would be a 500. */
export function decodeRowCursor(cursor: string | undefined): RowPosition | undefined {
  const position = decodeCursor(cursor, ([at, id]) => isMoment(at) && isUuid(id));
  return position && { at: new Date(position[0] as string), id: position[1] as string };
}

function isMoment(text: unknown): boolean {
  return typeof text === 'string' && MOMENT.test(text) && !isNaN(Date.parse(text));
}

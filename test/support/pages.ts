import type { HttpClient } from './http-client';

const MOST_PAGES = 50;

/** Follows a list from page to page, from its start or from a cursor. One that leads round in a circle fails. */
export async function allPages<Row>(client: HttpClient, path: string, start: string | null = null): Promise<Row[][]> {
  const pages: Row[][] = [];
  let cursor = start;
  do {
    const at = cursor === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    const { status, body, text } = await client.get(`${path}${at}`);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    pages.push(body.data as Row[]);
    cursor = body.nextCursor as string | null;
    if (pages.length > MOST_PAGES) throw new Error(`GET ${path}: more than ${MOST_PAGES} pages`);
  } while (cursor !== null);
  return pages;
}

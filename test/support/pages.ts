import type { HttpClient } from './http-client';

/** Follows a list from page to page. A list that leads round in a circle fails. */
export async function allPages<Row>(client: HttpClient, path: string, mostPages = 50): Promise<Row[][]> {
  const pages: Row[][] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    const { status, body, text } = await client.get(`${path}${at}`);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    pages.push(body.data as Row[]);
    cursor = body.nextCursor as string | null;
    if (pages.length > mostPages) throw new Error(`GET ${path}: more than ${mostPages} pages`);
  } while (cursor !== null);
  return pages;
}

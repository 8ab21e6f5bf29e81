import { randomUUID } from 'node:crypto';

/** Until a second has passed, the requests that are inside now have been answered. */
const RETRY_AFTER_SECONDS = '1';

const HEADERS = {
  'content-type': 'application/problem+json; charset=utf-8',
  'retry-after': RETRY_AFTER_SECONDS,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};
export const OVERLOADED_HEADERS: Readonly<Record<string, string>> = HEADERS;

/** @param path of the request, without its query */
export function overloadedBody(path: string): string {
  return JSON.stringify({
    type: 'urn:holdfast:problem:overloaded',
    title: 'Service Unavailable',
    status: 503,
    detail: 'More requests are waiting than can be served in time.',
    instance: path,
    code: 'overloaded',
    requestId: randomUUID(),
  });
}

const HEAD = `HTTP/1.1 503 Service Unavailable\r\n${Object.entries(HEADERS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')}content-length: `;
const [BEFORE_PATH, BEFORE_ID] = overloadedBody('\n').split('\\n') as [string, string];
const AFTER_ID = '"}';
const UUID_LENGTH = 36;
const FIXED_LENGTH = BEFORE_PATH.length + BEFORE_ID.length;

/**
 * The whole answer as one string, made beforehand but for two values.
 * @param path ASCII, and nothing that JSON would escape
 */
export function overloadedAnswer(path: string): string {
  const beforeId = BEFORE_ID.slice(0, -UUID_LENGTH - AFTER_ID.length);
  return `${HEAD}${FIXED_LENGTH + path.length}\r\n\r\n${BEFORE_PATH}${path}${beforeId}${randomUUID()}${AFTER_ID}`;
}

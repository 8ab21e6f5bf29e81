import { randomUUID } from 'node:crypto';

/** Until a second has passed, the requests that are inside now have been answered. */
const RETRY_AFTER_SECONDS = '1';

export const OVERLOADED_HEADERS = {
  'content-type': 'application/problem+json; charset=utf-8',
  'retry-after': RETRY_AFTER_SECONDS,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

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

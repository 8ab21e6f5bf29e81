import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** What Node's parser says of what is no request, or not in time. */
const STATUS_OF: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };
const DETAIL_OF: Readonly<Record<number, string>> = {
  400: 'This is not a valid HTTP request.',
  408: 'The request did not arrive in time.',
  431: 'The headers of the request are too large.',
};

/** Answered on the socket itself, for there is no request yet: a problem document like any other, whose path nobody knows. */
export function answerUnreadable(fault: Error & { readonly code?: string }, socket: Socket): void {
  if (socket.destroyed) return;
  const status = STATUS_OF[fault.code ?? ''] ?? 400;
  const title = STATUS_CODES[status] as string;
  const detail = DETAIL_OF[status] as string;
  const body = JSON.stringify({
    type: 'urn:holdfast:problem:invalid_request',
    title,
    status,
    detail,
    code: 'invalid_request',
    requestId: randomUUID(),
    errors: [{ path: '', message: detail }],
  });
  if (socket.writable) {
    const head = [
      `HTTP/1.1 ${status} ${title}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      'x-content-type-options: nosniff',
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(fault);
}

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from './refused.error';

/** 1 to 255 printable ASCII characters. */
const KEY = /^[\x20-\x7e]{1,255}$/;

/** The `Idempotency-Key` header, required. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  idempotencyKeyOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** What {@link IdempotencyKey} reads. */
export function idempotencyKeyOf(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '') {
    throw refuse('idempotency_key_required', 'Send an Idempotency-Key header: 1 to 255 printable characters.');
  }
  if (typeof key !== 'string' || !KEY.test(key) || key.trim() === '' || (key.includes(', ') && sentTwice(request))) {
    throw refuse('invalid_request', 'Idempotency-Key must be sent once, with 1 to 255 printable characters.', {
      errors: [{ path: 'Idempotency-Key', message: 'must be 1 to 255 printable characters' }],
    });
  }
  return key;
}

/** Node joins repeated headers with a comma: which of the keys was meant cannot be told. */
function sentTwice({ raw }: FastifyRequest): boolean {
  return raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'idempotency-key').length !== 1;
}

/** Marks an answer as a repeat, in the header that clients look at. */
export function markReplayed(reply: FastifyReply, replayed: boolean): void {
  if (replayed) void reply.header('idempotent-replayed', 'true');
}

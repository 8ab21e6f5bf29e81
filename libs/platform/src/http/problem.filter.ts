import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Refusal, type RefusalCode } from '@holdfast/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isBusy, isConnectionLost, isOutOfResources } from '../postgres/database-fault';
import { isRetryable, RETRY_AFTER_SECONDS, STATUS_OF, titleOf } from './problem-status';
import { RefusedError } from './refused.error';

/** Turns whatever went wrong into one RFC 9457 problem document. A fault never shows its inside, only its id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('http');

  constructor(private readonly onFault: (fault: unknown, requestId: string) => void = () => undefined) {}

  catch(fault: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const refusal = toRefusal(fault);
    if (refusal.code === 'internal_error') {
      this.log.error(`${request.id} ${request.method} ${pathOf(request)}: ${String(fault)}`, (fault as Error).stack);
      this.onFault(fault, request.id);
    }
    sendProblem(request, reply, refusal);
  }
}

/** `invalid_request` always says what is wrong, in `errors`: where nobody knew which field, about the request as a whole. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const status = STATUS_OF[refusal.code];
  const { retryAfterSeconds, ...facts } = refusal.facts;
  if (isRetryable(refusal.code)) {
    void reply.header(
      'retry-after',
      String(typeof retryAfterSeconds === 'number' ? retryAfterSeconds : RETRY_AFTER_SECONDS),
    );
  }
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send({
      type: `urn:holdfast:problem:${refusal.code}`,
      title: titleOf(status),
      status,
      detail: refusal.detail,
      instance: pathOf(request),
      code: refusal.code,
      requestId: request.id,
      ...(refusal.code === 'invalid_request' ? { errors: [{ path: '', message: refusal.detail }] } : {}),
      ...facts,
    });
}

function toRefusal(fault: unknown): Refusal {
  if (fault instanceof RefusedError) return fault.refusal;
  if (isConnectionLost(fault) || isBusy(fault) || isOutOfResources(fault)) {
    return new Refusal('database_unavailable', 'The database cannot be reached. Try again.');
  }
  const status = statusOf(fault);
  const code = CODE_OF[status];
  if (code) return new Refusal(code, detailOf(fault, status));
  return new Refusal('internal_error', 'Something went wrong here. Nothing is known to have changed.');
}

/** Faults of frameworks carry their status in one of two ways. */
function statusOf(fault: unknown): number {
  if (fault instanceof HttpException) return fault.getStatus();
  const status = (fault as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}

const CODE_OF: Readonly<Record<number, RefusalCode>> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'invalid_request',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
};

function detailOf(fault: unknown, status: number): string {
  if (status === 404) return 'There is nothing here.';
  if (status === 413) return 'The body is larger than this route accepts.';
  if (status === 415) return 'Send application/json.';
  return (fault as Error).message;
}

/** Without the query: it may carry what a person typed. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] as string;
}

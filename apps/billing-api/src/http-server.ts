import { randomUUID } from 'node:crypto';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ProblemFilter, RequestPipe, sendProblem, type Settings } from '@holdfast/platform';
import { Refusal } from '@holdfast/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerUnreadable } from './unreadable-request';
import { registerJsonParser, WEBHOOK_PATH } from './json-body';

/** A billing request is a few hundred bytes. */
const BODY_LIMIT_BYTES = 256 * 1_024;
/** A client that needs longer for its headers or body is holding a socket, not talking (docs/decisions). */
const HEADERS_TIMEOUT_MS = 5_000;
export const REQUEST_TIMEOUT_MS = 20_000;
const CONNECTIONS_CHECK_MS = 1_000;
const PAYLOAD_TOO_LARGE = 413;
/** Longer than a load balancer keeps its own end open, so that ours never closes first. */
const KEEP_ALIVE_MS = 72_000;
/** Ids are at most 255 characters; percent-encoding triples them. */
const MAX_PARAM_LENGTH = 1_024;

export function fastifyAdapter(settings: Settings): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CONNECTIONS_CHECK_MS },
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: () => randomUUID(),
    exposeHeadRoutes: true, // load balancers ask whether it lives with HEAD
    frameworkErrors: (fault: Error, request: FastifyRequest, reply: FastifyReply) => {
      sendProblem(request, reply, new Refusal('invalid_request', detailOf(fault)));
    },
    clientErrorHandler: answerUnreadable,
  });
  const server: FastifyInstance = adapter.getInstance();
  server.addHook('onRoute', (route) => {
    if (route.url.startsWith(WEBHOOK_PATH)) route.bodyLimit = settings.webhookBodyLimitBytes;
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    // A constant few instead of a header library: nothing here is a page but Swagger UI. 1 µs instead of 80.
    void reply.headers({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    // Fastify would close on a client that still sends: the reset overtakes the answer, 3 of 4 times with 10 MB. Left open,
    // Node reads the rest and drops it, as long as any request may take.
    if (reply.statusCode === PAYLOAD_TOO_LARGE) void reply.removeHeader('connection');
    done(null, payload);
  });
  registerJsonParser(server);
  return adapter;
}

/** The router's own words repeat the whole path. */
function detailOf({ code, message }: Error & { code?: string }): string {
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return 'An id in the path is too long.';
  if (code === 'FST_ERR_BAD_URL') return 'The path is not properly percent-encoded.';
  return message;
}

export function setUpHttp(app: NestFastifyApplication, onFault: (fault: unknown, requestId: string) => void): void {
  app.useGlobalPipes(new RequestPipe());
  app.useGlobalFilters(new ProblemFilter(onFault));
}

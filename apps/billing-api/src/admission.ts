import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';

/**
 * Requests in this process at once. Four full batches, two under way and two waiting: more would not be served any
 * sooner, only wait longer; and what is turned away here costs a fifth of what it costs to be refused by the queue.
 */
const MAX_REQUESTS = 1_024;
/**
 * For what must not be turned away while anything else can be: messages about calls that are running, and what they cost.
 * Vapi doesn't repeat a report. As many as may wait in the queue of money.
 */
const MAX_URGENT_REQUESTS = 8_192;
const URGENT =
  /^\/(?:api\/vapi\/|api\/billing\/(?:commit|release)-credits|rest\/v1\/rpc\/commit_reserved_credits|health\/|metrics)/;

const RETRY_AFTER_SECONDS = '1';

export interface AdmissionLimits {
  readonly requests: number;
  readonly urgentRequests: number;
}

const LIMITS: AdmissionLimits = { requests: MAX_REQUESTS, urgentRequests: MAX_URGENT_REQUESTS };

/**
 * Turns requests away before anything is done about them when more are in this process than can be served in time. An
 * engine that parses, authenticates and validates what it then refuses has no time left for what it accepted.
 */
export class Admission {
  private inside = 0;

  /** @param onShed told of each request that was turned away */
  constructor(
    private readonly onShed: () => void,
    private readonly limits: AdmissionLimits = LIMITS,
  ) {}

  /** Stands in front of whatever listens to the server's requests. */
  guard(server: Server): void {
    const behind = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse & { req: IncomingMessage }) => {
      const limit = URGENT.test(request.url ?? '') ? this.limits.urgentRequests : this.limits.requests;
      if (this.inside >= limit) return this.shed(request, response);
      this.inside += 1;
      response.on('close', this.left);
      for (const listener of behind) listener(request, response);
    });
  }

  private readonly left = (): void => void (this.inside -= 1);

  private shed(request: IncomingMessage, response: ServerResponse): void {
    this.onShed();
    const body = JSON.stringify({
      type: 'urn:holdfast:problem:overloaded',
      title: 'Service Unavailable',
      status: 503,
      detail: 'More requests are waiting than can be served in time.',
      instance: (request.url ?? '').split('?', 1)[0],
      code: 'overloaded',
      requestId: randomUUID(),
    });
    response.writeHead(503, {
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'retry-after': RETRY_AFTER_SECONDS,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
    request.resume(); // what is left of the body is read and dropped, so that the connection serves again
  }
}

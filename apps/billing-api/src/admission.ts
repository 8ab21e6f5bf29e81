import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Doorstep } from './doorstep';
import { OVERLOADED_HEADERS, overloadedBody } from './overloaded-answer';
import { RefusalTurn } from './refusal-turn';

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
  /** Of connections that were turned away before. */
  private readonly doorsteps = new WeakMap<Socket, Doorstep>();
  private readonly refusals = new RefusalTurn();

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
      this.doorsteps.get(request.socket)?.entered(request, response);
      if (!this.mayEnter(request.url ?? '')) return this.shed(request, response);
      this.inside += 1;
      response.on('close', this.left);
      for (const listener of behind) listener(request, response);
    });
  }

  private readonly mayEnter = (target: string): boolean => {
    if (this.inside < this.limits.requests) return true;
    if (this.inside < this.limits.urgentRequests && URGENT.test(target)) return true;
    this.onShed();
    return false;
  };

  private shed(request: IncomingMessage, response: ServerResponse): void {
    const body = overloadedBody((request.url ?? '').split('?', 1)[0] as string);
    response.writeHead(503, { ...OVERLOADED_HEADERS, 'content-length': Buffer.byteLength(body) });
    response.end(body);
    request.resume(); // what is left of the body is read and dropped, so that the connection serves again
    response.once('finish', () => this.watch(request.socket));
  }

  /** Whoever is turned away comes again, and is then turned away for half the cost. */
  private watch(socket: Socket): void {
    if (this.doorsteps.has(socket)) return;
    const { mayEnter } = this;
    this.doorsteps.set(socket, new Doorstep(socket, { mayEnter, refuseLater: (write) => this.refusals.after(write) }));
  }

  private readonly left = (): void => void (this.inside -= 1);
}

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { OVERLOADED_HEADERS, overloadedBody } from './overloaded-answer';
import { Places, type Guest } from './places';
import { RefusalTurn } from './refusal-turn';

/**
 * Requests that are worked on at once: in each of two lanes two full batches, one under way and one waiting. More are not
 * served any sooner, and every collection of garbage copies what all of them hold: with 1 024 an engine under three times its
 * peak served 0.79 and 0.82 of it, with 512 0.82 to 0.95.
 */
const MAX_REQUESTS = 512;
/** Requests that wait at the door before anything is done about them: with those inside, a burst of a thousand. */
const MAX_WAITING = 512;
/**
 * Longer than this nobody waits there: `Retry-After` promises as much. And whose body is not here after as long is not
 * worked on: it takes up no place until its time is over (REQUEST_TIMEOUT_MS), else 512 of them would lock everybody out.
 */
const MAX_WAIT_MS = 1_000;
/** A look goes over all that are inside: not for each request that finds no place. */
const LOOK_EVERY_MS = 50;
/**
 * For what must not be turned away while anything else can be: messages about calls that are running, and what they cost.
 * Vapi doesn't repeat a report. As many as may wait in the queue of money.
 */
const MAX_URGENT_REQUESTS = 8_192;
const URGENT =
  /^\/(?:api\/vapi\/|api\/billing\/(?:commit|release)-credits|rest\/v1\/rpc\/commit_reserved_credits|health\/|metrics)/;

export interface AdmissionLimits {
  readonly requests: number;
  readonly waiting: number;
  readonly waitMs: number;
  readonly urgentRequests: number;
}

const LIMITS: AdmissionLimits = {
  requests: MAX_REQUESTS,
  waiting: MAX_WAITING,
  waitMs: MAX_WAIT_MS,
  urgentRequests: MAX_URGENT_REQUESTS,
};

interface Caller extends Guest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly arrivedMs: number;
}

/**
 * Lets in as many requests as can be worked on at once, has as many wait at the door as will be served soon, and turns the
 * others away before anything is done about them. An engine that parses, authenticates and validates what it then refuses
 * has no time left for what it accepted.
 */
export class Admission {
  /** Without those whose body does not come. */
  private readonly inside = new Places<Caller>();
  /** In the order of arrival. */
  private readonly waiting: Caller[] = [];
  private patience: NodeJS.Timeout | undefined;
  private nextLookMs = 0;
  private readonly refusals = new RefusalTurn();
  private enter: (caller: Caller) => void = () => undefined;

  /** @param onShed told of each request that was turned away */
  constructor(
    private readonly onShed: () => void,
    private readonly limits: AdmissionLimits = LIMITS,
  ) {}

  /** Stands in front of whatever listens to the server's requests. */
  guard(server: Server): void {
    const behind = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    this.enter = (caller) => {
      const { request, response } = caller;
      this.inside.take(caller);
      response.on('close', () => this.left(caller));
      for (const listener of behind) listener(request, response as ServerResponse & { req: IncomingMessage });
    };
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.receive({ request, response, arrivedMs: performance.now() }),
    );
  }

  private receive(caller: Caller): void {
    const { requests, waiting, waitMs, urgentRequests } = this.limits;
    const isUrgent = URGENT.test(caller.request.url ?? '');
    const limit = isUrgent ? urgentRequests : requests;
    if (this.inside.taken >= limit) this.forgetStalled();
    if (this.inside.taken < limit) return this.enter(caller);
    if (isUrgent || this.waiting.length >= waiting) return this.shed(caller);
    this.waiting.push(caller);
    this.patience ??= setTimeout(this.outOfPatience, waitMs);
  }

  private left(caller: Caller): void {
    if (this.inside.leave(caller)) this.letWaitingIn();
  }

  private letWaitingIn(): void {
    while (this.inside.taken < this.limits.requests) {
      const next = this.waiting.shift();
      if (!next) return;
      if (!next.response.destroyed) this.enter(next);
    }
  }

  private forgetStalled(): void {
    const now = performance.now();
    if (now < this.nextLookMs) return;
    this.nextLookMs = now + LOOK_EVERY_MS;
    const lateFrom = now - this.limits.waitMs;
    this.inside.forEach((caller) => {
      if (caller.arrivedMs <= lateFrom && !caller.request.complete) this.forget(caller);
    });
  }

  /** Until its body is there: then it is worked on like any, and counts again. */
  private forget(caller: Caller): void {
    this.inside.leave(caller);
    caller.request.once('end', () => {
      if (!caller.response.destroyed) this.inside.take(caller);
    });
  }

  /** Those who have waited for long enough are told; the timer goes on with whoever is first now. */
  private readonly outOfPatience = (): void => {
    const now = performance.now();
    const { waitMs } = this.limits;
    this.forgetStalled();
    this.letWaitingIn();
    while (this.waiting[0] && this.waiting[0].arrivedMs + waitMs <= now) this.shed(this.waiting.shift() as Caller);
    const first = this.waiting[0];
    this.patience = first && setTimeout(this.outOfPatience, Math.max(1, first.arrivedMs + waitMs - now));
  };

  private shed({ request, response }: Caller): void {
    if (response.destroyed) return;
    this.onShed();
    request.resume(); // what is left of the body is read and dropped, so that the connection serves again
    this.refusals.after(() => {
      if (response.destroyed) return;
      const body = overloadedBody((request.url ?? '').split('?', 1)[0] as string);
      response.writeHead(503, { ...OVERLOADED_HEADERS, 'content-length': Buffer.byteLength(body) });
      response.end(body);
    });
  }
}

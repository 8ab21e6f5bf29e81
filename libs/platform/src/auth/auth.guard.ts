import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { mustBeReadable } from '../http/readable-body';
import { refuse } from '../http/refused.error';
import { Settings } from '../settings/settings';
import { ACCESS, tenantOf, type Access, type CallerRequest } from './access.decorators';
import { ApiKeys } from './api-keys';
import type { Caller } from './caller';
import { RateLimit } from './rate-limit';

/** Wrong credentials one address may try per minute: enough for a misconfigured client, useless for guessing. */
const FAILURES_PER_MINUTE = 600;

type Controller = ReturnType<ExecutionContext['getClass']>;
type Handler = ReturnType<ExecutionContext['getHandler']>;

/** Every route needs a key unless it is marked otherwise. */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly requests: RateLimit;
  private readonly failures = new RateLimit(FAILURES_PER_MINUTE);
  private readonly accesses = new Map<Controller, Map<Handler, Access | undefined>>();

  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
    settings: Settings,
  ) {
    this.requests = new RateLimit(settings.rateLimitPerMinute);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.accessTo(context);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<CallerRequest>();
    const caller = this.callerWith(credentialsOf(request.headers));
    return caller instanceof Promise
      ? caller.then((found) => this.admit(request, found, access))
      : this.admit(request, caller, access);
  }

  /** The first credential that is a key. A wrong one beside it is no failure: nothing was guessed. */
  private callerWith([first, ...others]: readonly string[]): Promise<Caller | null> | Caller | null {
    if (first === undefined) return null;
    const caller = this.keys.callerWith(first);
    if (others.length === 0) return caller;
    if (caller instanceof Promise) return caller.then((found) => found ?? this.callerWith(others));
    return caller ?? this.callerWith(others);
  }

  private admit(request: CallerRequest, caller: Caller | null, access: Access | undefined): true {
    if (caller === null) {
      limit(this.failures, request.ip);
      throw refuse('unauthenticated', 'Send Authorization: Bearer <key> with a valid key.');
    }
    limit(this.requests, caller.kind === 'operator' ? 'operator' : caller.keyId);
    if (access === 'operator' && caller.kind !== 'operator') {
      throw refuse('forbidden', 'This route is for operators.');
    }
    request.caller = caller;
    // Whose data it is comes before what the body says: a foreign or malformed tenant is refused on every route alike.
    if (request.headers['x-org-id'] !== undefined) tenantOf(request);
    mustBeReadable(request);
    return true;
  }

  /** Read from the metadata once a route: its controller and handler are the same for every request. */
  private accessTo(context: ExecutionContext): Access | undefined {
    const controller = context.getClass();
    const handler = context.getHandler();
    let handlers = this.accesses.get(controller);
    if (!handlers) this.accesses.set(controller, (handlers = new Map<Handler, Access | undefined>()));
    if (!handlers.has(handler)) {
      handlers.set(handler, this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, controller]));
    }
    return handlers.get(handler);
  }
}

function limit(bucket: RateLimit, key: string): void {
  const retryAfterSeconds = bucket.take(key);
  if (retryAfterSeconds > 0) throw refuse('rate_limited', 'Too many requests.', { retryAfterSeconds });
}

/**
 * `Authorization: Bearer <key>` and `apikey: <key>`, in that order: supabase-js sends its user's session as the bearer, and our
 * key as `apikey`.
 */
export function credentialsOf(headers: CallerRequest['headers']): string[] {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const apikey = headers['apikey'];
  const credentials = bearer === undefined ? [] : [bearer];
  if (typeof apikey === 'string' && apikey !== '' && apikey !== bearer) credentials.push(apikey);
  return credentials;
}

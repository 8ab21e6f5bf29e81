import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { PerhapsUnreadable } from '../http/readable-body';
import { refuse } from '../http/refused.error';
import type { Caller } from './caller';

export const ACCESS = 'holdfast:access';
/** `public`: no key. `operator`: the operator key only. Without a mark: any valid key. */
export type Access = 'public' | 'operator';

export const Public = (): ReturnType<typeof SetMetadata> => SetMetadata(ACCESS, 'public' satisfies Access);
export const OperatorOnly = (): ReturnType<typeof SetMetadata> => SetMetadata(ACCESS, 'operator' satisfies Access);

export interface CallerRequest extends FastifyRequest, PerhapsUnreadable {
  caller?: Caller;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/** What {@link CurrentCaller} reads. */
export function callerOf(request: FastifyRequest): Caller {
  const { caller } = request as CallerRequest;
  if (!caller) throw refuse('unauthenticated', 'Send Authorization: Bearer <key>.');
  return caller;
}

export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The organisation a request is about: the key's own, or for an operator the one named in `X-Org-Id`. */
export const Tenant = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  namedTenantOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** As {@link Tenant}; null for an operator who names none, where the call itself tells whose it is. */
export const TenantIfKnown = createParamDecorator((_: unknown, context: ExecutionContext): string | null =>
  tenantOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** What {@link Tenant} reads. The busiest routes ask themselves: Nest puts every decorated parameter through promises (2 µs). */
export function namedTenantOf(request: FastifyRequest): string {
  const orgId = tenantOf(request);
  if (orgId === null)
    throw refuse('invalid_request', 'Operators name the organization: X-Org-Id: <uuid>.', missingOrg());
  return orgId;
}

/** What {@link TenantIfKnown} reads. */
export function tenantOf(request: FastifyRequest): string | null {
  const caller = callerOf(request);
  const named = request.headers['x-org-id'];
  if (named !== undefined && !isUuid(named)) throw refuse('invalid_request', 'X-Org-Id must be a uuid.', missingOrg());
  const orgId = named?.toLowerCase();
  if (caller.kind === 'operator') return orgId ?? null;
  // Whether the other organization exists or not: the same answer.
  if (orgId !== undefined && orgId !== caller.orgId)
    throw refuse('forbidden', 'This key acts for its own organization only.');
  return caller.orgId;
}

function missingOrg(): Record<string, unknown> {
  return { errors: [{ path: 'X-Org-Id', message: 'must be a uuid' }] };
}

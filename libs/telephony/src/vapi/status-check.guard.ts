import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ApiKeys, credentialsOf, mustBeReadable, refuse, type PerhapsUnreadable } from '@holdfast/platform';
import type { FastifyRequest } from 'fastify';
import { WebhookCaller } from './webhook-caller';

export interface StatusCheckRequest extends FastifyRequest, PerhapsUnreadable {
  /** null: any call (Vapi itself, an operator); else the organisation whose calls may be asked about. */
  scope: string | null;
}

/** Who asks is judged before what is asked: a stranger learns nothing about bodies. */
@Injectable()
export class StatusCheckGuard implements CanActivate {
  constructor(
    private readonly vapi: WebhookCaller,
    private readonly keys: ApiKeys,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<StatusCheckRequest>();
    request.scope = await this.scopeOf(request);
    mustBeReadable(request);
    return true;
  }

  private async scopeOf(request: FastifyRequest): Promise<string | null> {
    for (const credential of credentialsOf(request.headers)) {
      const caller = await this.keys.callerWith(credential);
      if (caller) return caller.kind === 'organization' ? caller.orgId : null;
    }
    if (this.vapi.isVapi(request)) return null;
    throw refuse('unauthenticated', 'Send Vapi’s secret or a valid key.');
  }
}

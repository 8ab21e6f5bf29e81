import { createHmac } from 'node:crypto';
import { SCRIPT_HEADER } from '../api/call.routes';
import { MAX_DURATION_SECONDS, MIN_DURATION_SECONDS } from '../calls/assistant-overrides.schema';
import type { CallScript } from '../calls/call-script';
import type { SimulatedCall } from '../calls/simulated-call';
import type { Simulator } from '../simulator';
import type { SharingPolicy } from './call-plan';
import { type EngineApi, EngineRefusal } from './engine-api';
import type { Tenant } from './tenants';

export interface ResellerOptions {
  policy: SharingPolicy;
  webhookSecret: string;
  vapiApiKey: string;
}

export interface CallOrder {
  kind: 'outboundPhoneCall' | 'webCall';
  tenant: Tenant;
  /** The reseller's own id of the call: the one its credit is reserved under. */
  holdId: string;
  script: CallScript & { customerNumber: string };
}

/** Why no call was started. */
export type TurnedAway = 'out of credit' | 'engine away';

/**
 * What the backend of a prepaid reseller does for calls that pass no gate: it reserves first, then starts the call for as
 * long as that pays, so that Vapi itself ends it at the paid second. Over HTTP on both sides, like a real one.
 */
export class Reseller {
  constructor(
    private readonly engine: EngineApi,
    private readonly vapi: Simulator,
    private readonly options: ResellerOptions,
  ) {}

  async start(order: CallOrder): Promise<SimulatedCall | TurnedAway> {
    const { holdId, tenant } = order;
    const seconds = await this.reserve(order);
    if (typeof seconds === 'string') return seconds;
    if (seconds < MIN_DURATION_SECONDS) {
      await this.engine.release(tenant.orgId, holdId, 'too short for Vapi to limit');
      return 'out of credit';
    }
    return this.dial(order, Math.min(seconds, MAX_DURATION_SECONDS));
  }

  private async reserve({ tenant, holdId }: CallOrder): Promise<number | TurnedAway> {
    try {
      const { grantedSeconds, payableSeconds } = await this.engine.reserve(tenant.orgId, holdId);
      return this.options.policy === 'strict' ? grantedSeconds : payableSeconds;
    } catch (error) {
      // Away for longer than its requests are repeated: a backend that cannot ask does not start the call.
      if (!(error instanceof EngineRefusal) || error.status >= 500) return 'engine away';
      if (error.code === 'insufficient_balance') return 'out of credit';
      throw error;
    }
  }

  private async dial({ kind, tenant, holdId, script }: CallOrder, maxDurationSeconds: number): Promise<SimulatedCall> {
    const { orgId, assistantId, phoneNumberId } = tenant;
    const sig = createHmac('sha256', this.options.webhookSecret).update(`${orgId}:${holdId}`).digest('hex');
    const assistantOverrides = { maxDurationSeconds, metadata: { orgId, callId: holdId, sig } };
    const { customerNumber, ...behaviour } = script;
    // For a web call the backend hands the overrides to the visitor's page, and that posts them.
    const [path, body] =
      kind === 'webCall'
        ? ['/call/web', { assistantId, assistantOverrides }]
        : ['/call', { assistantId, phoneNumberId, customer: { number: customerNumber }, assistantOverrides }];
    const answer = await fetch(new URL(path, this.vapi.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.options.vapiApiKey}`,
        'content-type': 'application/json',
        [SCRIPT_HEADER]: JSON.stringify(behaviour),
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return this.vapi.call(((await answer.json()) as { id: string }).id)!;
  }
}

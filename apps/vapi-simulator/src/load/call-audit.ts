import { chargesOf } from './accounted-calls';
import type { EngineApi } from './engine-api';
import type { PlacedCall } from './caller-pool';
import { priceOfMs, secondsFor } from './price-oracle';
import type { Tenant } from './tenants';

/** One call, as it was and as it was charged. */
export interface AuditedCall {
  label: string;
  callId: string;
  kind: string;
  poor: boolean;
  endedReason: string;
  talkedMs: number;
  pricePence: number;
  chargedPence: number;
  chargeRows: number;
  uncollectedPence: number;
  paidSeconds: number;
  leakPence: number;
  refused: boolean;
  cut: boolean;
  warnings: number;
  /** Exactly once: one row of the right amount, or the missing part acknowledged as uncollected. */
  chargedRight: boolean;
  overchargedPence: number;
}

/** Ended by the engine's cap or command, not by the caller. */
export function isCut(call: PlacedCall['call']): boolean {
  return call.startedAtMs !== undefined && call.endedReason !== undefined && call.endedReason !== HUNG_UP;
}

const HUNG_UP = 'customer-ended-call';

/** Compares what each call should have cost with what its wallet paid. */
export async function auditCalls(placed: readonly PlacedCall[], tenants: readonly Tenant[], engine: EngineApi) {
  const charges = await chargesOf(tenants, engine);
  const audited: AuditedCall[] = [];
  for (const entry of placed) audited.push(await auditCall(entry, charges.get(entry.call.id) ?? [], engine));
  return audited;
}

async function auditCall({ call, planned, tenant }: PlacedCall, rows: readonly number[], engine: EngineApi) {
  const card = tenant.wallet.card;
  const pricePence = priceOfMs(card, call.talkedMs);
  const chargedPence = rows.reduce((sum, amount) => sum + Math.abs(amount), 0);
  const leakPence = Math.max(0, pricePence - chargedPence);
  const uncollectedPence = leakPence > 0 ? ((await engine.uncollectedPence(tenant.orgId, call.id)) ?? 0) : 0;
  return {
    label: planned.label,
    callId: call.id,
    kind: call.kind,
    poor: tenant.wallet.poor,
    endedReason: call.endedReason ?? 'not ended',
    talkedMs: call.talkedMs,
    pricePence,
    chargedPence,
    chargeRows: rows.length,
    uncollectedPence,
    paidSeconds: Math.min(call.talkedMs / 1000, secondsFor(card, chargedPence)),
    leakPence,
    refused: call.gate === 'refused',
    cut: isCut(call),
    warnings: call.said.filter(({ endCallAfterSpoken }) => !endCallAfterSpoken).length,
    chargedRight: chargedPence + uncollectedPence === pricePence && rows.length <= 1,
    overchargedPence: Math.max(0, chargedPence - pricePence),
  };
}

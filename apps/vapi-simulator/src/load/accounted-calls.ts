import type { PlacedCall } from './caller-pool';
import type { EngineApi } from './engine-api';
import { priceOfMs } from './price-oracle';
import type { Tenant } from './tenants';

/** What was taken for each call, one amount a row, by the id Vapi knows the call under. */
export type Charges = ReadonlyMap<string, readonly number[]>;

export async function chargesOf(tenants: readonly Tenant[], engine: EngineApi): Promise<Charges> {
  const charges = new Map<string, number[]>();
  for (const { orgId } of tenants) {
    for (const { callId, vapiCallId, amountPence } of await engine.callDeductions(orgId)) {
      const id = vapiCallId ?? callId ?? 'no call';
      charges.set(id, [...(charges.get(id) ?? []), amountPence]);
    }
  }
  return charges;
}

/** Calls that cost something, of which the engine has neither charged anything nor recorded what could not be paid. */
export async function unaccountedCalls(
  placed: readonly PlacedCall[],
  tenants: readonly Tenant[],
  engine: EngineApi,
): Promise<string[]> {
  const charges = await chargesOf(tenants, engine);
  const unaccounted: string[] = [];
  for (const { call, planned, tenant } of placed) {
    if (priceOfMs(tenant.wallet.card, call.talkedMs) === 0 || charges.has(call.id)) continue;
    const uncollectedPence = (await engine.uncollectedPence(tenant.orgId, call.id)) ?? 0;
    if (uncollectedPence === 0) unaccounted.push(planned.label);
  }
  return unaccounted;
}

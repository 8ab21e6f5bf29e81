import type { SimulatedCall } from '../calls/simulated-call';
import { SeededRandom } from '../chance/seeded-random';
import type { Simulator } from '../simulator';
import type { PlannedCall } from './call-plan';
import type { Tenant } from './tenants';

export interface PlacedCall {
  planned: PlannedCall;
  tenant: Tenant;
  call: SimulatedCall;
}

/** `concurrency` callers, each dialling the next planned call when the last one is over. */
export async function placeCalls(
  planned: readonly PlannedCall[],
  tenants: readonly Tenant[],
  vapi: Simulator,
  runId: string,
  concurrency: number,
  onCall: (placed: PlacedCall, event: 'placed' | 'over') => void,
): Promise<PlacedCall[]> {
  const placed: PlacedCall[] = [];
  const queue = planned.values();

  async function caller(): Promise<void> {
    for (const next of queue) {
      await sleepSimulated(vapi, next.pauseMs);
      const tenant = tenants[next.wallet]!;
      const entry = { planned: next, tenant, call: dial(next, tenant, vapi, runId) };
      placed.push(entry);
      onCall(entry, 'placed');
      await vapi.ended(entry.call.id);
      onCall(entry, 'over');
    }
  }

  await Promise.all(Array.from({ length: concurrency }, caller));
  return placed;
}

function dial(planned: PlannedCall, tenant: Tenant, vapi: Simulator, runId: string): SimulatedCall {
  const script = {
    callId: new SeededRandom(`${runId}/${planned.label}`).uuid(),
    label: planned.label,
    talkSeconds: planned.talkMs / 1000,
    answered: planned.answered,
    ringSeconds: planned.ringSeconds,
    customerNumber: '+12065550119',
  };
  const { phoneNumberId, assistantId } = tenant;
  if (planned.kind === 'inboundPhoneCall') return vapi.inbound({ ...script, phoneNumberId });
  if (planned.kind === 'outboundPhoneCall') return vapi.outbound({ ...script, phoneNumberId, assistantId });
  return vapi.web({ ...script, assistantId });
}

function sleepSimulated(vapi: Simulator, ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, vapi.clock.realMs(ms)));
}

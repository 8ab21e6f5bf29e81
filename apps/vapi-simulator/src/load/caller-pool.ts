import type { SimulatedCall } from '../calls/simulated-call';
import { SeededRandom } from '../chance/seeded-random';
import type { Simulator } from '../simulator';
import type { PlannedCall } from './call-plan';
import type { Reseller, TurnedAway } from './reseller';
import type { Tenant } from './tenants';

export interface PlacedCall {
  planned: PlannedCall;
  tenant: Tenant;
  call: SimulatedCall;
  /** Its reseller reserved before starting it and pushed the cap; calls through the gate are capped there. */
  reservedFirst: boolean;
}

/** A call that its reseller did not start. */
export interface UnplacedCall {
  planned: PlannedCall;
  why: TurnedAway;
}

export interface Callers {
  vapi: Simulator;
  runId: string;
  concurrency: number;
  /** Undefined: outbound and web calls are started without asking anybody. */
  reseller?: Reseller;
}

export interface DayOfCalls {
  placed: PlacedCall[];
  turnedAway: UnplacedCall[];
}

/** `concurrency` callers, each dialling the next planned call when the last one is over. */
export async function placeCalls(
  planned: readonly PlannedCall[],
  tenants: readonly Tenant[],
  callers: Callers,
  onCall: (event: 'placed' | 'over' | 'turned away') => void,
): Promise<DayOfCalls> {
  const day: DayOfCalls = { placed: [], turnedAway: [] };
  const { vapi } = callers;
  const queue = planned.values();

  async function caller(): Promise<void> {
    for (const next of queue) {
      await sleepSimulated(vapi, next.pauseMs);
      const entry = await dial(next, tenants[next.wallet]!, callers);
      if ('why' in entry) {
        day.turnedAway.push(entry);
        onCall('turned away');
        continue;
      }
      day.placed.push(entry);
      onCall('placed');
      await vapi.ended(entry.call.id);
      onCall('over');
    }
  }

  await Promise.all(Array.from({ length: callers.concurrency }, caller));
  return day;
}

async function dial(planned: PlannedCall, tenant: Tenant, callers: Callers): Promise<PlacedCall | UnplacedCall> {
  const { vapi, runId, reseller } = callers;
  const { label, kind } = planned;
  const script = {
    callId: new SeededRandom(`${runId}/${label}`).uuid(),
    label,
    talkSeconds: planned.talkMs / 1000,
    answered: planned.answered,
    ringSeconds: planned.ringSeconds,
    customerNumber: '+12065550119',
  };
  const { phoneNumberId, assistantId } = tenant;
  const entry = { planned, tenant, reservedFirst: false };
  if (kind === 'inboundPhoneCall') return { ...entry, call: vapi.inbound({ ...script, phoneNumberId }) };
  if (reseller) {
    const holdId = new SeededRandom(`${runId}/hold of ${label}`).uuid();
    const started = await reseller.start({ kind, tenant, holdId, script });
    return typeof started === 'string' ? { planned, why: started } : { ...entry, call: started, reservedFirst: true };
  }
  if (kind === 'webCall') return { ...entry, call: vapi.web({ ...script, assistantId }) };
  return { ...entry, call: vapi.outbound({ ...script, phoneNumberId, assistantId }) };
}

function sleepSimulated(vapi: Simulator, ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, vapi.clock.realMs(ms)));
}

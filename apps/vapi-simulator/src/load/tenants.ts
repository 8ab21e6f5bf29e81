import { SeededRandom } from '../chance/seeded-random';
import type { Simulator } from '../simulator';
import type { PlannedWallet, SharingPolicy } from './call-plan';
import { checkClockAgreement } from './clock-agreement';
import type { EngineApi } from './engine-api';

export interface Tenant {
  wallet: PlannedWallet;
  orgId: string;
  phoneNumberId: string;
  assistantId: string;
}

/** Longer than any planned call: the cap of the assistant itself must never be what ends one. */
const ASSISTANT_CAP_SECONDS = 43_200;

/** Makes the planned wallets real: organisation, credit, a number at "Vapi" that the engine knows. */
export async function createTenants(
  wallets: readonly PlannedWallet[],
  policy: SharingPolicy,
  runId: string,
  engine: EngineApi,
  vapi: Simulator,
): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  for (const [index, wallet] of wallets.entries()) {
    const ids = new SeededRandom(`${runId}/${wallet.label}`);
    const tenant = { wallet, orgId: ids.uuid(), assistantId: ids.uuid(), phoneNumberId: ids.uuid() };
    const number = `+1415555${String(index).padStart(4, '0')}`;
    vapi.phoneNumbers.create({ provider: 'twilio', number, twilioAccountSid: 'ACsimulation' }, tenant.phoneNumberId);
    vapi.describeAssistant({ id: tenant.assistantId, maxDurationSeconds: ASSISTANT_CAP_SECONDS });

    const { card: rateCard, estimatedMinutes, topUpPence, label } = wallet;
    const name = `simulated ${label}`;
    await engine.createOrganisation({ id: tenant.orgId, name, rateCard, sharing: policy, estimatedMinutes });
    if (topUpPence > 0) await engine.topUp(tenant.orgId, topUpPence, `simulation-${runId}-${index}`);
    checkClockAgreement(await engine.lastChangeAt(tenant.orgId), vapi.clock);
    await engine.registerNumber(tenant.orgId, tenant.phoneNumberId, number, tenant.assistantId);
    tenants.push(tenant);
  }
  return tenants;
}

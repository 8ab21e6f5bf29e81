import { ACME, BOREALIS, CAST, COPPER, PENCE_PER_MINUTE } from '../cast';
import { pounds } from '../money';
import type { Scene } from '../stage';

export const tenantsTopUp: Scene = async ({ engine, tell }) => {
  tell.scene(`Three tenants, ${PENCE_PER_MINUTE}p for each started minute`);
  for (const { orgId: id, name, phoneNumberId, phoneNumber, assistantId } of CAST) {
    await engine.post('/api/admin/organizations', { id, name, rateCard: { pencePerMinute: PENCE_PER_MINUTE } });
    await engine.put(`/api/admin/organizations/${id}/phone-numbers/${phoneNumberId}`, { phoneNumber, assistantId });
  }
  for (const [player, pence] of [
    [ACME, 2_000],
    [BOREALIS, 1_000],
    [COPPER, 30],
  ] as const) {
    const { balanceAfterPence } = await engine.topUp(player, pence, 'first payment');
    tell.says(`${player.name}: number ${player.phoneNumber} registered, ${pounds(pence)} paid in.`);
    tell.expects(`balance of ${player.name}`, balanceAfterPence, pence);
  }
};

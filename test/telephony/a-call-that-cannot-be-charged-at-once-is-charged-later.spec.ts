import { createHmac, randomUUID } from 'node:crypto';
import { lockWallet, sql } from './support/database-access';
import { eventually } from './support/eventually';
import { startWorld, type TenantAtVapi, type World } from './support/simulated-vapi';

/** Ten minutes, for which Vapi's list is asked about a call that is over, take two seconds. */
const SPEED = 300;
const BALANCE = 10_000;
const PATIENCE_MS = 25_000;

describe('a call of which no message came, and whose wallet is locked as long as Vapi’s list is asked about it', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld(SPEED, { faults: { lostPercent: 100 } });
  });

  afterAll(() => world.stop());

  async function unheard(tenant: TenantAtVapi, metadata?: Record<string, string>): Promise<void> {
    const { orgId, assistantId } = tenant;
    const letGo = await lockWallet(world.engine.database.url, orgId);
    const assistantOverrides = metadata && { metadata };
    const call = world.vapi.web({ assistantId, assistantOverrides, talkSeconds: 61, ringSeconds: 0 });
    await world.vapi.ended(call.id);
    await eventually(async () => {
      const rows = await sql(
        world.engine.database.url,
        'select 1 from recovery_progress where read_until > to_timestamp($1::numeric / 1000)',
        [call.updatedAtMs],
      );
      expect(rows).toHaveLength(1); // from now on it is not listed any more
    }, PATIENCE_MS);
    await letGo();
  }

  const charged = ({ orgId }: TenantAtVapi): Promise<void> =>
    eventually(async () => {
      expect(await world.operator.wallet(orgId)).toMatchObject({ balancePence: BALANCE - 112 });
    }, PATIENCE_MS);

  it('is charged when the wallet is free', async () => {
    const tenant = await world.openTenant({ balancePence: BALANCE });
    await unheard(tenant);
    await charged(tenant);
    expect(await world.operator.violations()).toEqual([]);
  }, 60_000);

  it('also when it names a hold that could not be claimed for it', async () => {
    const tenant = await world.openTenant({ balancePence: BALANCE });
    const { orgId } = tenant;
    const callId = randomUUID();
    await world.operator.reserve(orgId, callId);
    const sig = createHmac('sha256', world.engine.webhookSecret).update(`${orgId}:${callId}`).digest('hex');
    await unheard(tenant, { orgId, callId, sig });
    await charged(tenant);
    expect(await world.operator.violations()).toEqual([]);
  }, 60_000);
});

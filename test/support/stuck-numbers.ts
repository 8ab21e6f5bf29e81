import { randomUUID } from 'node:crypto';
import { addCredits } from '@holdfast/ledger';
import { UnitOfWork } from '@holdfast/platform';
import { sql } from '../telephony/support/database-access';
import type { TestEngine } from './engine';
import { provision } from './numbers';
import { makeTenant, type Tenant } from './tenant';

export const PRICE = 1_000;

export interface StuckNumber {
  readonly id: string;
  readonly tenant: Tenant;
  readonly chargeId: string;
}

/** What has become of an order, and what its lease was when it was last written. */
export interface NumberRow {
  readonly status: string;
  readonly step: string | null;
  readonly lease: number;
  readonly failure_reason: string | null;
  readonly last_error: string | null;
}

/**
 * An order whose step began 31 minutes ago, and that nobody is due to look at.
 * @param areaCode how the sandbox behaves
 * @param change of its row, as SQL: `provider = 'twilio'`
 */
export async function stuckNumber(engine: TestEngine, areaCode: string, change = ''): Promise<StuckNumber> {
  const tenant = await makeTenant(engine, { balancePence: PRICE });
  const { body } = await provision(engine.url, tenant.key, areaCode);
  const id = String(body.id);
  await makeStuck(engine, id, change);
  const [row] = await sql<{ charge_id: string }>(
    engine.settings.databaseUrl,
    'select charge_id from phone_numbers where id = $1',
    [id],
  );
  return { id, tenant, chargeId: String(row?.charge_id) };
}

export async function makeStuck(engine: TestEngine, id: string, change = ''): Promise<void> {
  await sql(
    engine.settings.databaseUrl,
    `update phone_numbers set step_since = now() - interval '31 minutes', next_attempt_at = now() + interval '1 hour',
       version = version + 1 ${change && `, ${change}`} where id = $1`,
    [id],
  );
}

export async function rowOf({ settings }: TestEngine, id: string): Promise<NumberRow> {
  const [row] = await sql<NumberRow>(
    settings.databaseUrl,
    'select status, step, lease, failure_reason, last_error from phone_numbers where id = $1',
    [id],
  );
  if (!row) throw new Error(`there is no order ${id}`);
  return row;
}

/** As the route did it while it did not ask yet whether the order is open. */
export async function refundByHand(
  engine: TestEngine,
  number: StuckNumber,
  amountPence = PRICE,
  idempotencyKey: string = randomUUID(),
): Promise<void> {
  const work = engine.engine.app.get(UnitOfWork, { strict: false });
  await work.execute(
    addCredits({
      orgId: number.tenant.orgId,
      type: 'refund',
      amountPence,
      refundOf: { transactionId: number.chargeId, counterAccount: 'revenue:assets' },
      idempotencyKey,
      createdBy: 'operator',
    }),
  );
}

import { Pool } from 'pg';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { openWallets, unitOfWork } from '../../../../test/support/money';
import { CREDIT_TYPES } from '../domain/journal-entry';
import { FIND_ENTRIES } from './journal.sql';

const HOLDS = 5_000;
const PAGE = 50;

let database: FreshDatabase;
let pool: Pool;
let orgId: string;

/** A top-up, then thousands of holds. */
beforeAll(async () => {
  database = await freshDatabase();
  pool = new Pool({ connectionString: database.url, max: 1 });
  const work = unitOfWork(database.url);
  [orgId] = (await openWallets(work, database.url, 1, { balancePence: 1_000_000 })) as [string];
  await work.close();
  await pool.query(
    `insert into credit_transactions (id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence,
       held_before_pence, held_after_pence, call_id, created_by, created_at)
     select gen_random_uuid(), $1, i + 1, 'reservation', 1, 1000000, 1000000, i - 1, i, 'call-' || i, 'test', now()
     from generate_series(1, $2::integer) i`,
    [orgId, HOLDS],
  );
  await pool.query('analyze credit_transactions');
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

it.each(CREDIT_TYPES)('a page of type %s reads nothing of the holds that came after', async (type) => {
  const values = [orgId, Number.MAX_SAFE_INTEGER, type, null, null, null, [], PAGE];
  const { rows } = await pool.query(FIND_ENTRIES.text, values);
  expect(rows).toHaveLength(type === 'topup' ? 1 : 0);
  const explained = await pool.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, costs off) ${FIND_ENTRIES.text}`,
    values,
  );
  const plan = explained.rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('idx_credit_txn_credits');
  expect(plan).not.toContain('Rows Removed');
});

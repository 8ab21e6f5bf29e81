import { Connection } from '@holdfast/platform';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { planMadeForEmptyTables, wholeTableScans } from '../../../../test/support/plans';
import { COLLECT_ARREARS, FIND_OPEN_ARREARS } from './arrears.sql';
import { FIND_CALL_TERMS } from './call-terms.sql';
import { FIND_BY_KEYS } from './journal.sql';
import { FIND_WALLETS, LOCK_WALLETS, UPDATE_WALLETS, VERIFY_WALLETS } from './wallet.sql';

let database: FreshDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await freshDatabase();
  connection = await Connection.open(database.url, 'plans');
});

afterAll(async () => {
  await connection.close();
  await database.drop();
});

it.each([
  FIND_WALLETS,
  LOCK_WALLETS,
  UPDATE_WALLETS,
  VERIFY_WALLETS,
  FIND_CALL_TERMS,
  FIND_BY_KEYS,
  FIND_OPEN_ARREARS,
  COLLECT_ARREARS,
])('$name, planned while the tables were empty, still looks rows up by key', async (statement) => {
  const plan = await planMadeForEmptyTables(connection, database.url, statement);
  expect(plan.length).toBeGreaterThan(1);
  expect(await wholeTableScans(connection, plan)).toEqual([]);
});

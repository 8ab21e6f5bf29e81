import { PlansForEmptyTables } from '../../../../test/support/plans';
import { COLLECT_ARREARS, FIND_OPEN_ARREARS } from './arrears.sql';
import { FIND_CALL_TERMS } from './call-terms.sql';
import { FIND_BY_KEYS, FIND_REFUNDS } from './journal.sql';
import { FIND_WALLETS, LOCK_WALLETS, UPDATE_WALLETS, VERIFY_WALLETS } from './wallet.sql';

const plans = new PlansForEmptyTables();

beforeAll(() => plans.open());
afterAll(() => plans.close());

it.each([
  FIND_WALLETS,
  LOCK_WALLETS,
  UPDATE_WALLETS,
  VERIFY_WALLETS,
  FIND_CALL_TERMS,
  FIND_BY_KEYS,
  FIND_REFUNDS,
  FIND_OPEN_ARREARS,
  COLLECT_ARREARS,
])('$name, planned while the tables were empty, still looks rows up by key', async (statement) => {
  expect(await plans.wholeTableScansOf(statement)).toEqual([]);
});

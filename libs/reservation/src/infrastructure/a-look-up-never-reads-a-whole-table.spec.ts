import { PlansForEmptyTables } from '../../../../test/support/plans';
import {
  FIND_BY_ANY_ID,
  FIND_EXPIRED,
  FIND_HOLDS,
  FIND_HOLDS_BY_VAPI_CALL,
  FIND_RATE_CARDS,
  FIND_STANDINGS,
  UPDATE_RESERVATIONS,
} from './reservation.sql';

const plans = new PlansForEmptyTables();

beforeAll(() => plans.open());
afterAll(() => plans.close());

it.each([
  FIND_HOLDS,
  FIND_HOLDS_BY_VAPI_CALL,
  FIND_RATE_CARDS,
  FIND_BY_ANY_ID,
  FIND_STANDINGS,
  UPDATE_RESERVATIONS,
  FIND_EXPIRED,
])('$name, planned while the tables were empty, still looks rows up by key', async (statement) => {
  expect(await plans.wholeTableScansOf(statement)).toEqual([]);
});

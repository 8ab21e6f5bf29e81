import { PlansForEmptyTables } from '../../../../test/support/plans';
import { DECIDED, FIND_CALLS } from './call.sql';
import { FINISH_DELIVERIES } from './delivery.sql';

const plans = new PlansForEmptyTables();

beforeAll(() => plans.open());
afterAll(() => plans.close());

it.each([FIND_CALLS, DECIDED, FINISH_DELIVERIES])(
  '$name, planned while the tables were empty, still looks rows up by key',
  async (statement) => {
    expect(await plans.wholeTableScansOf(statement)).toEqual([]);
  },
);

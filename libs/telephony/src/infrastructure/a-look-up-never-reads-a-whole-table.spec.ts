import { Connection } from '@holdfast/platform';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { planMadeForEmptyTables, wholeTableScans } from '../../../../test/support/plans';
import { DECIDED, FIND_CALLS } from './call.sql';
import { FINISH_DELIVERIES } from './delivery.sql';

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

it.each([FIND_CALLS, DECIDED, FINISH_DELIVERIES])(
  '$name, planned while the tables were empty, still looks rows up by key',
  async (statement) => {
    const plan = await planMadeForEmptyTables(connection, database.url, statement);
    expect(plan.length).toBeGreaterThan(1);
    expect(await wholeTableScans(connection, plan)).toEqual([]);
  },
);

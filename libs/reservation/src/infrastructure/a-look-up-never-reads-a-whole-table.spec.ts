import { Connection } from '@holdfast/platform';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { planMadeForEmptyTables, wholeTableScans } from '../../../../test/support/plans';

import {
  FIND_BY_ANY_ID,
  FIND_EXPIRED,
  FIND_RESERVATIONS,
  FIND_STANDINGS,
  UPDATE_RESERVATIONS,
} from './reservation.sql';

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

it.each([FIND_RESERVATIONS, FIND_BY_ANY_ID, FIND_STANDINGS, UPDATE_RESERVATIONS, FIND_EXPIRED])(
  '$name, planned while the tables were empty, still looks rows up by key',
  async (statement) => {
    const plan = await planMadeForEmptyTables(connection, database.url, statement);
    expect(plan.length).toBeGreaterThan(1);
    expect(await wholeTableScans(connection, plan)).toEqual([]);
  },
);

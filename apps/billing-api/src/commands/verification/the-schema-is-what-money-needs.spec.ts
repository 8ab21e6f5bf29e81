import { Client } from 'pg';
import { freshDatabase, type FreshDatabase } from '../../../../../test/support/database';
import { verifySchema } from './verify-schema';

describe('the verified schema', () => {
  let database: FreshDatabase;
  let client: Client;

  beforeEach(async () => {
    database = await freshDatabase('schema');
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const missing = async (): Promise<string[]> =>
    (await verifySchema(client)).flatMap(({ what, problem }) => (problem === null ? [] : [`${what}: ${problem}`]));

  it('is the one that the migrations make', async () => {
    expect(await missing()).toEqual([]);
  });

  it.each(['calls', 'call_events', 'phone_numbers', 'phone_number_prices', 'webhook_delivery_log'])(
    'has the table %s',
    async (table) => {
      await client.query(`alter table ${table} rename to gone`);
      expect(await missing()).toEqual([`table ${table}: missing`]);
    },
  );

  it.each([
    'a_vapi_number_has_one_tenant',
    'a_number_is_bought_once_per_key',
    'a_charge_buys_one_number',
    'a_refund_ends_one_purchase',
  ])('has the unique index %s', async (index) => {
    await client.query(`drop index ${index}`);
    expect(await missing()).toEqual([`unique index ${index}: missing, or not valid`]);
  });

  it.each([
    ['phone_numbers', 'phone_numbers_charge_id_fkey'],
    ['phone_numbers', 'phone_numbers_refund_id_fkey'],
    ['phone_numbers', 'a_purchase_names_its_charge'],
    ['phone_numbers', 'a_purchase_names_its_request'],
    ['phone_numbers', 'a_price_is_a_positive_whole_number'],
    ['phone_numbers', 'a_failed_purchase_is_refunded_and_no_other'],
    ['phone_numbers', 'an_active_purchase_can_be_called'],
    ['phone_numbers', 'an_open_number_has_a_next_step'],
    ['phone_numbers', 'phone_number_status_is_known'],
    ['phone_number_prices', 'number_price_is_in_range'],
    ['calls', 'call_state_is_known'],
    ['calls', 'a_settled_call_needs_no_decision'],
    ['webhook_delivery_log', 'delivery_status_is_known'],
    ['arrears', 'arrears_of_a_call_arise_once'],
  ])('has on %s the constraint %s', async (table, constraint) => {
    await client.query(`alter table ${table} drop constraint ${constraint}`);
    expect(await missing()).toEqual([`constraint ${constraint}: missing, or not enforced`]);
  });
});

import { randomUUID } from 'node:crypto';
import { deductAsset } from '@holdfast/ledger';
import type { UnitOfWork } from '@holdfast/platform';
import { reserveCallCredits } from '@holdfast/reservation';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { expectSoundBook, openWallets, query, unitOfWork } from '../support/money';

/** What a bug, or an operator with psql, might try: the second wall stands in the database. */
describe('the database itself refuses', () => {
  let database: FreshDatabase;
  let work: UnitOfWork;
  let orgId: string;
  const callId = randomUUID();

  beforeAll(async () => {
    database = await freshDatabase('second_wall');
    work = unitOfWork(database.url);
    [orgId = ''] = await openWallets(work, database.url, 1, { balancePence: 1_000, debtLimitPence: 50 });
    const by = { orgId, createdBy: 'test' };
    await work.execute(reserveCallCredits({ ...by, callId, ttlSeconds: 1_800 }));
    await work.execute(deductAsset({ ...by, assetType: 'did', costPence: 100, idempotencyKey: 'order-1' }));
  });

  afterAll(async () => {
    await expectSoundBook(database.url);
    await work.close();
    await database.drop();
  });

  /** Taken back, should it ever succeed. */
  const attempt = (sql: string): Promise<object[]> =>
    query(database.url, `begin; ${sql.replaceAll('$org', `'${orgId}'`).replaceAll('$call', `'${callId}'`)}; rollback`);

  it.each([
    ['a changed entry', `update credit_transactions set amount_pence = 1`],
    ['a deleted entry', `delete from credit_transactions where org_id = $org`],
    ['an emptied journal', `truncate credit_transactions cascade`],
    ['a changed tariff', `update rate_cards set pence_per_minute_e4 = 490000`],
    ['a deleted tariff', `delete from rate_cards`],
  ])('%s: what has been written stays', async (_, sql) => {
    await expect(attempt(sql)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringContaining('append-only'),
    });
  });

  it.each([
    [
      'spending below the limit',
      `update wallets set balance_pence = held_pence - 51 where org_id = $org`,
      'available_credit_is_never_below_the_limit',
    ],
    ['holding less than nothing', `update wallets set held_pence = -1 where org_id = $org`, 'held_is_never_negative'],
    [
      'owing less than nothing',
      `update wallets set arrears_pence = -1 where org_id = $org`,
      'arrears_are_never_negative',
    ],
    [
      'money beyond exactness',
      `update wallets set balance_pence = 9007199254740992 where org_id = $org`,
      'balance_is_in_range',
    ],
    [
      'a second effect of one key',
      entry(`'did', 100, 900, 800, 280, 280, 'revenue:assets', null, 'order-1', 'f'`),
      'idx_credit_txn_idempotency',
    ],
    [
      'a gap or a twin in a history',
      entry(`'did', 100, 900, 800, 280, 280, 'revenue:assets', null, null, null`, 3),
      'one_history_per_wallet',
    ],
    [
      'an unknown type',
      entry(`'gift', 100, 900, 1000, 280, 280, 'cash', null, null, null`),
      'credit_transactions_type_check',
    ],
    [
      'an amount of nothing',
      entry(`'did', 0, 900, 900, 280, 280, 'revenue:assets', null, null, null`),
      'amount_is_a_positive_whole_number',
    ],
    [
      'a debit that adds',
      entry(`'did', 100, 900, 1000, 280, 280, 'revenue:assets', null, null, null`),
      'each_type_moves_what_its_name_says',
    ],
    [
      'a hold that moves the balance',
      entry(`'reservation', 56, 900, 844, 280, 336, null, 'c', null, null`),
      'each_type_moves_what_its_name_says',
    ],
    [
      'money from nowhere',
      entry(`'topup', 100, 900, 1000, 280, 280, null, null, null, null`),
      'every_movement_names_its_counter_account',
    ],
    [
      'a key without its request',
      entry(`'did', 100, 900, 800, 280, 280, 'revenue:assets', null, 'order-2', null`),
      'a_key_comes_with_its_request',
    ],
    ['a second hold of one call', hold(`$call, 'active', 280, 0, null`), 'credit_res_call_unique'],
    [
      'a committed hold that keeps some',
      hold(`'other', 'committed', 280, 100, clock_timestamp()`),
      'a_hold_is_closed_exactly_once',
    ],
    ['an active hold with a charge', hold(`'other', 'active', 280, 100, null`), 'a_hold_is_closed_exactly_once'],
    ['a hold of less than nothing', hold(`'other', 'active', -1, 0, null`), 'nothing_reserved_is_negative'],
  ])('%s', async (_, sql, constraint) => {
    await expect(attempt(sql)).rejects.toMatchObject({ constraint });
  });

  it('a call charged twice', async () => {
    const charge = (seq: number): string =>
      entry(`'call_deduction', 1, 900, 899, 280, 280, 'revenue:calls', 'charged', null, null`, seq);
    await expect(attempt(`${charge(4)}; ${charge(5)}`)).rejects.toMatchObject({ constraint: 'a_call_is_charged_once' });
  });
});

function entry(values: string, seq = 4): string {
  return `insert into credit_transactions (id, org_id, seq, created_by, created_at, type, amount_pence, balance_before_pence,
      balance_after_pence, held_before_pence, held_after_pence, counter_account, call_id, idempotency_key, request_fingerprint)
    values (gen_random_uuid(), $org, ${seq}, 'psql', clock_timestamp(), ${values})`;
}

function hold(values: string): string {
  return `insert into credit_reservations (id, org_id, rate_card_id, estimated_minutes, created_at, expires_at, committed_at,
      call_id, status, reserved_pence, committed_pence, closed_at)
    select gen_random_uuid(), org_id, id, 5, clock_timestamp(), clock_timestamp(), clock_timestamp(), ${values}
    from rate_cards where org_id = $org`;
}

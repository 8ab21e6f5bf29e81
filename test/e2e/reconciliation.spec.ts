import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { INVARIANT_CHECKS } from '../../apps/billing-api/src/operators/reconciliation-checks';
import { reconcile, type ReconciliationReport } from '../../apps/billing-api/src/operators/reconciliation-run';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine } from '../support/engine';
import { keepEventfulBook, type EventfulBook } from '../support/eventful-book';
import { makeTenant } from '../support/tenant';
import { asAdministrator, fromGlobalSetup, onDatabase, TEST_SERVER } from '../support/test-server-access';

const SWEEP_SECONDS = 60;

/** Without its own walls, so that the database lets itself be broken: constraints, triggers, unique indexes. */
const TEAR_DOWN_THE_WALLS = `do $$ declare wall record; begin
  for wall in select conrelid::regclass as place, conname from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u') order by contype = 'u' loop
    execute format('alter table %s drop constraint if exists %I cascade', wall.place, wall.conname);
  end loop;
  for wall in select tgrelid::regclass as place, tgname from pg_trigger where not tgisinternal loop
    execute format('drop trigger %I on %s', wall.tgname, wall.place);
  end loop;
  for wall in select indexrelid::regclass as place from pg_index join pg_class on pg_class.oid = indrelid
    where indisunique and not indisprimary and relnamespace = 'public'::regnamespace loop
    execute format('drop index %s', wall.place);
  end loop;
end $$`;

/** What somebody, or a fault of ours, might do to the book. `:org` and `:indebted` are its two tenants. */
const SABOTAGE: readonly [check: string, sql: string][] = [
  [
    'balance_is_the_sum_of_its_transactions',
    `update wallets set balance_pence = balance_pence + 1 where org_id = :org`,
  ],
  ['balance_is_the_sum_of_its_transactions', `delete from wallets where org_id = :org`],
  ['held_is_the_sum_of_its_transactions', `update wallets set held_pence = held_pence - 1 where org_id = :org`],
  ['each_wallet_stands_at_the_end_of_its_history', `update wallets set version = version + 1 where org_id = :org`],
  ['available_credit_is_never_below_the_limit', `update wallets set debt_limit_pence = 0 where org_id = :indebted`],
  ['arrears_are_the_sum_of_what_is_still_owed', `update wallets set arrears_pence = 0 where org_id = :org`],
  ['amounts_are_exact', `update arrears set amount_pence = 9007199254740992 where call_id = 'unpaid'`],
  ['amounts_are_exact', `update wallets set balance_pence = -9007199254740992 where org_id = :org`],

  ['each_history_is_one_chain_without_gaps', `delete from credit_transactions where org_id = :org and seq = 3`],
  [
    'each_history_is_one_chain_without_gaps',
    `update credit_transactions set balance_before_pence = balance_before_pence + 1,
       balance_after_pence = balance_after_pence + 1 where org_id = :org and seq = 3`,
  ],
  [
    'each_transaction_moves_what_its_type_says',
    `update credit_transactions set amount_pence = amount_pence - 1 where org_id = :org and type = 'license'`,
  ],
  [
    'each_transaction_moves_what_its_type_says',
    `update credit_transactions set type = 'gift' where org_id = :org and type = 'bonus'`,
  ],
  [
    'every_movement_names_its_counter_account',
    `update credit_transactions set counter_account = 'promotions' where org_id = :org and seq = 1`,
  ],
  [
    'wallets_and_counter_accounts_add_up_to_zero',
    `update credit_transactions set counter_account = null where org_id = :org and seq = 1`,
  ],
  ['wallets_and_counter_accounts_add_up_to_zero', `update wallets set balance_pence = balance_pence + 1`],
  [
    'assets_are_paid_from_credit_alone',
    `update credit_transactions set held_before_pence = 99999, held_after_pence = 99999 where type = 'license'`,
  ],
  [
    'a_key_has_one_effect',
    `update credit_transactions set idempotency_key = 'k' where org_id = :org and idempotency_key is not null`,
  ],
  [
    'a_refund_gives_one_charge_back_once',
    `insert into credit_transactions select (jsonb_populate_record(t, '{"id": "0198c0de-7a11-7000-8000-000000000000"}')).*
       from credit_transactions t where type = 'refund' limit 1`,
  ],
  [
    'a_refund_gives_one_charge_back_once',
    `update credit_transactions set amount_pence = amount_pence + 1 where type = 'refund'`,
  ],

  [
    'held_is_the_sum_of_active_reservations',
    `update credit_reservations set status = 'released', closed_at = now() where call_id = 'running'`,
  ],
  ['active_reservations_are_counted', `update wallets set active_reservations = 0 where org_id = :org`],
  [
    'a_call_is_reserved_once',
    `insert into credit_reservations select (jsonb_populate_record(r, '{"id": "0198c0de-7a11-7000-8000-000000000000"}')).*
       from credit_reservations r where call_id = 'short'`,
  ],
  ['a_hold_is_closed_exactly_once', `update credit_reservations set released_pence = 0 where call_id = 'short'`],
  ['a_hold_is_closed_exactly_once', `update credit_reservations set released_pence = 0 where call_id = 'abandoned'`],
  ['a_hold_is_closed_exactly_once', `update credit_reservations set committed_pence = 56 where call_id = 'running'`],
  [
    'each_hold_is_in_the_journal',
    `delete from credit_transactions where call_id = 'unanswered' and type = 'reservation_release'`,
  ],
  ['each_hold_is_in_the_journal', `update credit_reservations set status = 'expired' where call_id = 'running'`],
  [
    'no_hold_is_overdue',
    `update credit_reservations set expires_at = now() - interval '${SWEEP_SECONDS + 31} seconds' where call_id = 'running'`,
  ],

  [
    'a_call_is_charged_once',
    `insert into credit_transactions select (jsonb_populate_record(t, '{"id": "0198c0de-7a11-7000-8000-000000000000"}')).*
       from credit_transactions t where call_id = 'short' and type = 'call_deduction'`,
  ],
  [
    'a_call_of_the_provider_is_charged_once',
    `update credit_reservations set vapi_call_id = 'long' where call_id = 'short'`,
  ],
  ['each_charge_is_in_the_journal', `update credit_reservations set committed_pence = 56 where call_id = 'short'`],
  [
    'each_charge_is_in_the_journal',
    `delete from credit_transactions where call_id = 'long' and type = 'call_deduction'`,
  ],
  [
    'charged_and_uncollected_are_the_cost_of_the_call',
    `update credit_reservations set uncollected_pence = 0 where call_id = 'unpaid'`,
  ],
  [
    'charged_and_uncollected_are_the_cost_of_the_call',
    `update credit_reservations set settlement = null where call_id = 'short'`,
  ],
  ['uncollected_cost_is_owed_as_arrears', `delete from arrears where call_id = 'unpaid'`],
  ['uncollected_cost_is_owed_as_arrears', `update arrears set call_id = 'nobody' where call_id = 'unpaid'`],
  ['collected_arrears_are_in_the_journal', `update arrears set collected_pence = 0 where call_id = 'ruinous'`],
  [
    'each_credit_says_what_it_collected',
    `update credit_transactions set arrears_collected_pence = 0 where org_id = :org`,
  ],

  ['every_organization_has_a_wallet', `delete from wallets where org_id = :indebted`],
  ['a_call_belongs_to_one_organization', `update credit_reservations set org_id = :indebted where call_id = 'running'`],
  ['a_call_belongs_to_one_organization', `delete from credit_reservations where call_id = 'running'`],
  ['transactions_refer_to_their_own_organization', `update arrears set org_id = :indebted where call_id = 'ruinous'`],
  [
    'rate_cards_are_the_organizations_own',
    `update credit_reservations set rate_card_id = (select rate_card_id from organizations where id = :indebted)
     where call_id = 'running'`,
  ],

  ['a_settled_call_holds_nothing', `update credit_reservations set status = 'active' where call_id = 'vapi-charged'`],
  ['a_call_and_its_hold_belong_to_one_organization', `update calls set org_id = :indebted where call_id = 'vapi-live'`],
  [
    'every_live_prepaid_call_will_be_looked_at_again',
    `update calls set next_decision_at = null where call_id = 'vapi-live'`,
  ],

  ['paid_minus_refunded_is_what_numbers_cost', `update phone_numbers set cost_pence = 1 where origin = 'purchased'`],
  [
    'every_purchase_was_charged_once_at_its_price',
    `update phone_numbers set idempotency_key = 'k' where status = 'active'`,
  ],
  [
    'a_number_without_a_charge_was_registered_by_an_operator',
    `update phone_numbers set charge_id = null where origin = 'purchased'`,
  ],
  [
    'a_failed_purchase_is_refunded_once_and_in_full',
    `update phone_numbers set refund_id = null where status = 'failed'`,
  ],
  ['what_is_active_or_open_is_not_refunded', `update phone_numbers set status = 'active' where status = 'failed'`],
  [
    'no_number_is_sold_twice_at_once',
    `insert into phone_numbers select (jsonb_populate_record(n, '{"id": "0198c0de-7a11-7000-8000-000000000000"}')).*
       from phone_numbers n where origin = 'purchased' and status = 'active'`,
  ],
];

describe('reconciliation', () => {
  let original: FreshDatabase;
  let book: EventfulBook;

  beforeAll(async () => {
    original = await freshDatabase('reconciliation');
    book = await keepEventfulBook(original.url);
  });

  afterAll(() => original.drop());

  const check = (databaseUrl: string): Promise<ReconciliationReport> =>
    reconcile({ databaseUrl, sweepSeconds: SWEEP_SECONDS, timeScale: 1 });

  it('finds nothing wrong in a book in which everything has happened', async () => {
    const { ok, checks, asOf } = await check(original.url);
    expect(checks.filter((each) => !each.ok)).toEqual([]);
    expect(ok).toBe(true);
    expect(Math.abs(Date.now() - asOf.getTime())).toBeLessThan(10_000);
  });

  it('has rules that read as sentences, each with a name of its own', () => {
    const names = INVARIANT_CHECKS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(_[a-z]+){2,}$/);
  });

  it('is shown red in this file for every rule there is', () => {
    const shown = new Set(SABOTAGE.map(([name]) => name));
    expect(INVARIANT_CHECKS.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  it('looks at one moment: what changes while it looks does not confuse it', async () => {
    const database = await freshDatabase('snapshot');
    const bystander = new Client({ connectionString: database.url });
    await bystander.connect();
    try {
      await bystander.query('select pg_advisory_lock(7)');
      const checks = [
        { name: 'waits_for_the_bystander', sql: `select 1 where pg_advisory_lock(7)::text = 'never'` },
        { name: 'sees_what_came_later', sql: 'select name from recovery_progress' },
      ];
      const report = reconcile({ databaseUrl: database.url, sweepSeconds: SWEEP_SECONDS, timeScale: 1, checks });
      await untilSomebodyWaits(bystander);
      await bystander.query(`insert into recovery_progress values ('later', now(), now())`);
      await bystander.query('select pg_advisory_unlock(7)');
      expect((await report).ok).toBe(true);
    } finally {
      await bystander.end();
      await database.drop();
    }
  });

  it('cannot write', async () => {
    const checks = [
      { name: 'a_check_that_writes', sql: `select nextval(pg_get_serial_sequence('call_events', 'id'))` },
    ];
    const report = reconcile({ databaseUrl: original.url, sweepSeconds: SWEEP_SECONDS, timeScale: 1, checks });
    await expect(report).rejects.toMatchObject({ code: '25006' });
  });

  describe('goes red:', () => {
    let broken: string;
    let url: string;

    beforeAll(async () => {
      await sql(original.url, TEAR_DOWN_THE_WALLS);
    });

    beforeEach(async () => {
      const source = new URL(original.url).pathname.slice(1);
      broken = `${source}_${randomBytes(3).toString('hex')}`;
      await asAdministrator((client) =>
        client.query(`create database ${broken} template ${source} strategy file_copy`),
      );
      url = onDatabase(fromGlobalSetup(TEST_SERVER), broken);
    });

    afterEach(() =>
      asAdministrator(async (client) => {
        await client.query(`drop database ${broken} with (force)`);
      }),
    );

    it.each(SABOTAGE)('%s: %s', async (name, sabotage) => {
      const statement = sabotage
        .replaceAll(':org', `'${book.orgId}'`)
        .replaceAll(':indebted', `'${book.indebtedOrgId}'`);
      expect(await sql(url, statement)).toBeGreaterThan(0);
      const { ok, checks } = await check(url);
      const red = checks.find((each) => each.name === name);
      expect(red).toMatchObject({ ok: false, violations: expect.any(Number) });
      expect(red?.sample).toHaveLength(Math.min(20, red?.violations ?? 0));
      expect(ok).toBe(false);
    });

    it('names the first twenty of many violations, and counts them all', async () => {
      await sql(
        url,
        `insert into organizations select (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid()))).*
        from organizations o, generate_series(1, 50) where o.id = '${book.orgId}'`,
      );
      const { checks } = await check(url);
      const red = checks.find(({ name }) => name === 'every_organization_has_a_wallet');
      expect(red).toMatchObject({ ok: false, violations: 50 });
      expect(red?.sample).toHaveLength(20);
    });
  });

  it('answers operators, and nobody else', async () => {
    const engine = await startTestEngine();
    try {
      const { key } = await makeTenant(engine, { balancePence: 100 });
      const ask = (apikey: string): Promise<Response> =>
        fetch(`${engine.url}/api/admin/reconciliation`, { headers: { apikey } });
      const answers = await Promise.all([ask(engine.adminKey), ask(engine.adminKey), ask(engine.adminKey)]);
      for (const answer of answers) {
        expect(answer.status).toBe(200);
        const report = (await answer.json()) as ReconciliationReport;
        expect(report).toMatchObject({ ok: true, asOf: expect.stringMatching(/Z$/) });
        expect(report.checks).toHaveLength(INVARIANT_CHECKS.length);
        expect(report.checks[0]).toEqual({ name: expect.any(String), ok: true, violations: 0, sample: [] });
      }
      expect((await ask(key)).status).toBe(403);
    } finally {
      await engine.stop();
    }
  });
});

it('calls no hold overdue that no sweep can have seen: the engine was away when it expired', async () => {
  const engine = await startTestEngine();
  try {
    const { key } = await makeTenant(engine, { balancePence: 500 });
    const headers = { apikey: key, 'content-type': 'application/json' };
    const body = JSON.stringify({ callId: 'forgotten' });
    await fetch(`${engine.url}/api/billing/reserve-credits`, { method: 'POST', headers, body });
    const { databaseUrl, reservationSweepSeconds: sweepSeconds } = engine.settings;
    await sql(databaseUrl, `update credit_reservations set expires_at = now() - interval '30 days'`);

    const answer = await fetch(`${engine.url}/api/admin/reconciliation`, { headers: { apikey: engine.adminKey } });
    expect(((await answer.json()) as ReconciliationReport).checks.filter(({ ok }) => !ok)).toEqual([]);
    const later = await reconcile({ databaseUrl, sweepSeconds, timeScale: 1, sweptForSeconds: sweepSeconds + 31 });
    expect(later.checks.filter(({ ok }) => !ok)).toMatchObject([{ name: 'no_hold_is_overdue', violations: 1 }]);
  } finally {
    await engine.stop();
  }
});

async function untilSomebodyWaits(bystander: Client): Promise<void> {
  const waiting = `select from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())`;
  while ((await bystander.query(waiting)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** @returns how many rows it touched */
async function sql(url: string, statement: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

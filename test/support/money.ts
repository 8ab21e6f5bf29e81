import { randomUUID } from 'node:crypto';
import { isRefusal, type Refusal } from '@holdfast/kernel';
import { addCredits, LedgerModule } from '@holdfast/ledger';
import { UnitOfWork, type UnitOfWorkOptions } from '@holdfast/platform';
import { ReservationModule } from '@holdfast/reservation';
import { Client } from 'pg';
import { reconcile } from '../../apps/billing-api/src/operators/reconciliation-run';

/** The one way money moves, as in an engine but without one: each is a replica of its own. */
export function unitOfWork(databaseUrl: string, options: Partial<UnitOfWorkOptions> = {}): UnitOfWork {
  const work = new UnitOfWork({ databaseUrl, timeScale: 1, ...options });
  new LedgerModule(work);
  new ReservationModule(work);
  return work;
}

export interface WalletTerms {
  readonly balancePence?: number;
  readonly debtLimitPence?: number;
}

/** Opens wallets on 56p a minute; what they hold is topped up through the unit of work. */
export async function openWallets(
  work: UnitOfWork,
  databaseUrl: string,
  count: number,
  terms: WalletTerms = {},
): Promise<string[]> {
  const orgIds = Array.from({ length: count }, () => randomUUID());
  await query(
    databaseUrl,
    `with opened as (select id, gen_random_uuid() as card_id from unnest($1::uuid[]) as o (id)),
       organized as (insert into organizations (id, name, rate_card_id) select id, 'Test', card_id from opened),
       priced as (insert into rate_cards (id, org_id, version, pence_per_minute_e4, increment_seconds, minimum_seconds, connection_fee_pence)
         select card_id, id, 1, 560000, 60, 0, 0 from opened)
     insert into wallets (org_id, debt_limit_pence) select id, $2 from opened`,
    [orgIds, terms.debtLimitPence ?? 0],
  );
  const { balancePence = 0 } = terms;
  if (balancePence > 0) await Promise.all(orgIds.map((orgId) => topUp(work, orgId, balancePence)));
  return orgIds;
}

export async function topUp(work: UnitOfWork, orgId: string, amountPence: number): Promise<void> {
  const request = { orgId, type: 'topup', amountPence, idempotencyKey: randomUUID(), createdBy: 'test' } as const;
  done(await work.execute(addCredits(request)));
}

/** The answer; a refusal fails the test. */
export function done<Answer>(answer: Answer | Refusal): Answer {
  if (isRefusal(answer)) throw new Error(`${answer.code}: ${answer.detail}`);
  return answer;
}

/** The codes of refusals, `ok` for answers. */
export function outcomes(answers: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const outcome = isRefusal(answer) ? answer.code : 'ok';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

export interface WalletRow {
  readonly balance: number;
  readonly held: number;
  readonly arrears: number;
  readonly active: number;
}

export async function walletOf(databaseUrl: string, orgId: string): Promise<WalletRow> {
  const [row] = await query<WalletRow>(
    databaseUrl,
    `select balance_pence::float8 as balance, held_pence::float8 as held, arrears_pence::float8 as arrears,
       active_reservations as active
     from wallets where org_id = $1`,
    [orgId],
  );
  return row as WalletRow;
}

/** Rows of the journal by type. */
export async function journalOf(databaseUrl: string, orgId: string): Promise<Record<string, number>> {
  const rows = await query<{ type: string; count: number }>(
    databaseUrl,
    'select type, count(*)::int as count from credit_transactions where org_id = $1 group by type order by type',
    [orgId],
  );
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]));
}

/** Every invariant of the book, checked in the database. */
export async function expectSoundBook(databaseUrl: string): Promise<void> {
  const { checks } = await reconcile({ databaseUrl, sweepSeconds: 86_400, timeScale: 1 });
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks.length).toBeGreaterThan(10);
}

/** One statement on a connection of its own. */
export async function query<Row extends object>(
  databaseUrl: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values as unknown[])).rows;
  } finally {
    await client.end();
  }
}

/** Somebody who sits on a wallet's row: an operator with psql, or a backend whose client has died. */
export async function lockWallet(databaseUrl: string, orgId: string): Promise<{ release(): Promise<void> }> {
  const sitter = new Client({ connectionString: databaseUrl });
  sitter.on('error', () => undefined); // the test that failed meanwhile says why
  await sitter.connect();
  await sitter.query('begin');
  await sitter.query('select from wallets where org_id = $1 for update', [orgId]);
  return { release: () => sitter.end() };
}

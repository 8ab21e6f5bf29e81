import { Connection, statement, type Statement } from '@holdfast/platform';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { openWallets, query, unitOfWork } from '../../../../test/support/money';
import { FIND_BY_ANY_ID, FIND_HOLDS_BY_VAPI_CALL, FIND_STANDINGS, nameOfHold } from './reservation.sql';

/** What clients call their calls at Vapi who do not know the id yet. */
const LABEL = 'unknown';
const EACH = 500;
/** One hold and what names it, several times over: far from the 2 000 holds that carry the label. */
const MOST_ROWS = 12;

let database: FreshDatabase;
let connection: Connection;
let orgId: string;

beforeAll(async () => {
  database = await freshDatabase();
  const work = unitOfWork(database.url);
  [orgId] = (await openWallets(work, database.url, 1)) as [string];
  await work.close();
  connection = await Connection.open(database.url, 'names');
  await query(
    database.url,
    `insert into credit_reservations (id, org_id, call_id, vapi_call_id, status, reserved_pence, released_pence, settlement,
       estimated_minutes, rate_card_id, created_at, expires_at, closed_at, committed_at)
     select gen_random_uuid(), o.id, kind || '-' || i, $1, kind, 280, case kind when 'active' then 0 else 280 end,
       case kind when 'committed' then '{}'::json end, 5, o.rate_card_id, timestamptz '2026-01-01' + i * interval '1 second',
       now(), case kind when 'active' then null else now() end, case kind when 'committed' then now() end
     from organizations o, unnest('{active,committed,expired,released}'::text[]) kind, generate_series(1, $2) i`,
    [LABEL, EACH],
  );
});

afterAll(async () => {
  await connection.close();
  await database.drop();
});

it.each([
  ['by its own id', FIND_BY_ANY_ID, () => [[nameOfHold('committed-7', orgId)]]],
  ['by the label', FIND_BY_ANY_ID, () => [[nameOfHold(LABEL, orgId)]]],
  ['by its own id, for a check', FIND_STANDINGS, () => [[nameOfHold('active-7', orgId)]]],
  ['by the label, for a check', FIND_STANDINGS, () => [[nameOfHold(LABEL, orgId)]]],
  ['under the lock', FIND_HOLDS_BY_VAPI_CALL, () => [[LABEL], [orgId]]],
] as const)('a hold that shares its label with thousands is found %s without reading them', async (_, sent, values) => {
  expect(await connection.send(sent as Statement<unknown>, values())).not.toEqual([]);
  expect(await holdsReadBy(sent, values())).toBeLessThanOrEqual(MOST_ROWS);
});

it('the oldest speaks for the label, live or settled, before what has expired or was given back', async () => {
  const named = async () => (await connection.send(FIND_BY_ANY_ID, [[nameOfHold(LABEL, orgId)]]))[0]?.call_id;
  const away = (...kinds: string[]) =>
    query(database.url, `update credit_reservations set vapi_call_id = null where status = any($1)`, [kinds]);
  await query(database.url, `update credit_reservations set created_at = '2025-12-01' where call_id = $1`, [
    'committed-9',
  ]);
  expect(await named()).toBe('committed-9');
  await query(database.url, `update credit_reservations set created_at = '2025-11-01' where call_id = $1`, [
    'active-3',
  ]);
  expect(await named()).toBe('active-3');
  await away('active', 'committed');
  expect(await named()).toBe('expired-1');
  await away('expired');
  expect(await named()).toBe('released-1');
});

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

let explanations = 0;

/** Prepared by a first `send`: the plan that an engine keeps. */
async function holdsReadBy({ name }: { name: string }, values: readonly (readonly string[])[]): Promise<number> {
  const list = values.map((value) => `array['${value.join("','")}']`).join();
  const explained = statement<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explained_${++explanations}`,
    `explain (analyze, costs off, timing off, format json) execute ${name}(${list.replace(/array\['[0-9a-f-]{36}'\]/, '$&::uuid[]')})`,
  );
  const [row] = await connection.send(explained);
  return holdsRead((row as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN'][0].Plan);
}

function holdsRead(node: PlanNode): number {
  const own =
    node['Relation Name'] === 'credit_reservations'
      ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
      : 0;
  return (node.Plans ?? []).reduce((sum, below) => sum + holdsRead(below), own);
}

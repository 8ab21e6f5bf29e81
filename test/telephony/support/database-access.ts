import { Client } from 'pg';

/** One statement on a connection of its own: what a test may look at, or push forward in time, behind the engine's back. */
export async function sql<Row extends object>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Everything the database holds, as text, but for the tables left out. */
export async function wholeDatabase(url: string, leftOut: readonly string[] = []): Promise<string> {
  const tables = await sql<{ name: string }>(
    url,
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const contents = tables
    .filter(({ name }) => !leftOut.includes(name))
    .map(({ name }) => sql<{ text: string }>(url, `select t::text as text from ${name} t`));
  return (await Promise.all(contents)).flatMap((rows) => rows.map(({ text }) => text)).join('\n');
}

/** Sits on a wallet's row until told to leave: whoever wants to move its money waits. */
export function lockWallet(url: string, orgId: string): Promise<() => Promise<void>> {
  return lockRow(url, 'select 1 from wallets where org_id = $1 for update', orgId);
}

/** The same with a call: nothing about it can be written down. */
export function lockCall(url: string, callId: string): Promise<() => Promise<void>> {
  return lockRow(url, 'select 1 from calls where call_id = $1 for update', callId);
}

const DECISION_GATE = 731_055;

/**
 * From now on whoever has a call in hand cannot write down what it decided about it, until told to.
 * How many wait at the gate is what `waiting` says.
 */
export async function holdDecisions(url: string): Promise<{ waiting(): Promise<number>; letGo(): Promise<void> }> {
  await sql(
    url,
    `create or replace function wait_at_the_gate() returns trigger language plpgsql as
       'begin perform pg_advisory_xact_lock_shared(${DECISION_GATE}); return new; end';
     create or replace trigger decisions_wait before update on calls for each row
       when (old.leased_until is not null and new.leased_until is null) execute function wait_at_the_gate()`,
  );
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('select pg_advisory_lock($1)', [DECISION_GATE]);
  const queue = `select count(*)::integer as length from pg_locks
    where locktype = 'advisory' and objid = $1 and not granted
      and database = (select oid from pg_database where datname = current_database())`;
  return {
    waiting: async () => (await client.query<{ length: number }>(queue, [DECISION_GATE])).rows[0]?.length ?? 0,
    letGo: () => client.end(),
  };
}

async function lockRow(url: string, select: string, id: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await client.query(select, [id]);
  return () => client.end();
}

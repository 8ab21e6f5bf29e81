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

/** The same with a call: what is decided about it cannot be written down. */
export function lockCall(url: string, callId: string): Promise<() => Promise<void>> {
  return lockRow(url, 'select 1 from calls where call_id = $1 for update', callId);
}

async function lockRow(url: string, select: string, id: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await client.query(select, [id]);
  return () => client.end();
}
